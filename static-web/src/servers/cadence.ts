import type { Cadence } from "../../../shared/contracts/schedule.ts";

/** The cadences that the dashboard offers; the API takes any. All times are UTC. */
export const CADENCES = {
  adaptive: {
    text: "as PgMedic sees fit, 1 h to 1 day apart",
    cadence: { kind: "adaptive", shortestMinutes: 60, longestMinutes: 1_440 },
  },
  hourly: { text: "every hour", cadence: { kind: "cron", expression: "0 * * * *" } },
  daily: { text: "every day at 06:00 UTC", cadence: { kind: "cron", expression: "0 6 * * *" } },
  weekly: { text: "every Monday at 06:00 UTC", cadence: { kind: "cron", expression: "0 6 * * 1" } },
} satisfies Record<string, { text: string; cadence: Cadence }>;
export type CadenceChoice = keyof typeof CADENCES;

export const cadenceOf = (choice: CadenceChoice): Cadence => CADENCES[choice].cadence;

export function cadenceInWords(cadence: Cadence): string {
  const offered = Object.values(CADENCES).find((one) => isSame(one.cadence, cadence));
  if (offered !== undefined) return offered.text;
  return cadence.kind === "adaptive"
    ? `as PgMedic sees fit, ${cadence.shortestMinutes} to ${cadence.longestMinutes} min apart`
    : `at ${cadence.expression} (cron, UTC)`;
}

const isSame = (one: Cadence, other: Cadence): boolean =>
  one.kind === "cron"
    ? other.kind === "cron" && one.expression === other.expression
    : other.kind === "adaptive" &&
      one.shortestMinutes === other.shortestMinutes &&
      one.longestMinutes === other.longestMinutes;
