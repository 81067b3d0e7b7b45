import { CronExpressionParser } from "cron-parser";
import type { AlertDigest, Incident } from "../contracts/incident.ts";
import type { Cadence, Schedule } from "../contracts/schedule.ts";
import { DETECTED } from "./anomalies.ts";
import { digest } from "./digest.ts";
import { later, MINUTE_MS } from "./time.ts";

/** An investigation reads for about two seconds; closer than this the looks themselves would be the load. */
const SHORTEST_MINUTES = 15;
const OCCURRENCES_LOOKED_AT = 100;
const MOST_RUNS = 20;

/** What is wrong with a cadence, in a sentence that says what to do; null when nothing is. */
export function cadenceProblem(cadence: Cadence): string | null {
  if (cadence.kind === "adaptive") return null;
  const { expression } = cadence;
  if (expression.split(/\s+/).length !== 5)
    return `"${expression}" must have five fields: minute, hour, day of the month, month, day of the week`;
  try {
    // "H" stands for a time by chance: neither its distance nor the next one is known.
    if (/(?:^|[\s,])H(?:[\s,/(-]|$)/i.test(expression)) return `"${expression}" leaves its time to chance: say when`;
    const next = CronExpressionParser.parse(expression, { currentDate: new Date(0), tz: "UTC" });
    let last = next.next().getTime();
    for (let one = 0; one < OCCURRENCES_LOOKED_AT; one += 1) {
      const at = next.next().getTime();
      if (at - last < SHORTEST_MINUTES * MINUTE_MS)
        return `"${expression}" comes more often than every ${SHORTEST_MINUTES} minutes`;
      last = at;
    }
    return null;
  } catch (failure) {
    return `"${expression}" is no schedule: ${failure instanceof Error ? failure.message : String(failure)}`;
  }
}

/** When a cadence comes next after a moment. */
export function nextAfter(cadence: Cadence, intervalMinutes: number, moment: Date): Date {
  if (cadence.kind === "adaptive") return later(moment, intervalMinutes * MINUTE_MS);
  return CronExpressionParser.parse(cadence.expression, { currentDate: moment, tz: "UTC" }).next().toDate();
}

/** The interval at first: what nobody knows yet is looked at soon. */
export const firstInterval = (cadence: Cadence): number =>
  cadence.kind === "adaptive" ? cadence.shortestMinutes : SHORTEST_MINUTES;

/**
 * The next interval of an adaptive cadence: half when the last look found something, twice when it found nothing, and the same while its
 * outcome is not known; within the limits of the cadence.
 */
export function nextInterval(cadence: Cadence, intervalMinutes: number, found: boolean | null): number {
  if (cadence.kind !== "adaptive" || found === null) return intervalMinutes;
  const next = found ? Math.floor(intervalMinutes / 2) : intervalMinutes * 2;
  return Math.min(cadence.longestMinutes, Math.max(cadence.shortestMinutes, next));
}

/** The occurrence that is due; null when none is. What was missed while PgMedic was away is made up for once. */
export const dueSlot = ({ enabled, nextAt }: Schedule, now: Date): string | null =>
  enabled && Date.parse(nextAt) <= now.getTime() ? nextAt : null;

export type Run = { incidentId: string | null; said: string };

/** A schedule after the run of a slot. Null when that slot was run already. */
export function afterRun(
  schedule: Schedule,
  slot: string,
  { incidentId, said, found }: Run & { found: boolean | null },
  now: Date,
): Schedule | null {
  if (schedule.nextAt !== slot) return null;
  // Nothing was looked at, so nothing was learnt of how often to look.
  const learnt = incidentId === null ? null : found;
  const intervalMinutes = nextInterval(schedule.cadence, schedule.intervalMinutes, learnt);
  const nextAt = nextAfter(schedule.cadence, intervalMinutes, now).toISOString();
  const runs = shortened([{ at: slot, incidentId, said }, ...schedule.runs]);
  return { ...schedule, intervalMinutes, nextAt, runs };
}

/** The last runs, and among them always the last one that looked: whether that look is still open counts. */
function shortened(runs: Schedule["runs"]): Schedule["runs"] {
  const looked = runs.findIndex(({ incidentId }) => incidentId !== null);
  const last = runs[looked];
  return last === undefined || looked < MOST_RUNS ? runs.slice(0, MOST_RUNS) : [...runs.slice(0, MOST_RUNS - 1), last];
}

const PREFIX = "schedule/";
/** Whether an incident is a look that a schedule or PgMedic's own detection asked for, which no alert of a rule has joined. */
export const isAheadOfAlerts = ({ alerts }: Pick<Incident, "alerts">): boolean =>
  alerts.every(({ alertId }) => alertId.startsWith(PREFIX) || alertId.startsWith(DETECTED));

/** The look that a slot asks for, as an alert would ask for it. The same slot is always the same alert, so that it is looked at once. */
export function alertOf({ scheduleId, playbook }: Schedule, slot: string): AlertDigest {
  const alert = {
    alertId: `${PREFIX}${scheduleId}`,
    rule: `Scheduled check (${playbook})`,
    metric: null,
    value: null,
    threshold: null,
    severity: "Sev4",
    firedAt: slot,
  } as const;
  return { ...alert, digest: digest(alert) };
}
