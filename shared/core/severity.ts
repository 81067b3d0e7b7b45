import type { Incident } from "../contracts/incident.ts";
import type { Severity } from "../contracts/primitives.ts";
import type { Server } from "../contracts/server.ts";

export type Impact = {
  alertSeverity: Severity;
  tier: Server["tier"];
  environment: Server["environment"];
  /** Share of the server's statement time that the cause takes, 0–1. */
  shareOfTime: number;
  saturated: boolean;
};

const RANK: Record<Severity, number> = { Sev0: 0, Sev1: 1, Sev2: 2, Sev3: 3, Sev4: 4 };
const BY_RANK: readonly Severity[] = ["Sev0", "Sev1", "Sev2", "Sev3", "Sev4"];

/** Whether one severity is graver than another. */
export const isGraver = (a: Severity, b: Severity): boolean => RANK[a] < RANK[b];

/** The gravest of some severities; null of none. */
export const gravest = (severities: readonly Severity[]): Severity | null =>
  severities.toSorted((a, b) => RANK[a] - RANK[b])[0] ?? null;

/**
 * The severity of an incident: a function of facts alone, so the same incident always gets the same one.
 * It starts at what the alert rule says and moves by at most one step in each direction; never below Sev2 while saturated.
 */
export function severityOf(impact: Impact): Severity {
  const raises = impact.tier === "critical" || (impact.environment === "production" && impact.shareOfTime >= 0.5);
  const lowers = impact.tier === "low" || impact.environment === "development" || impact.shareOfTime < 0.05;
  let rank = RANK[impact.alertSeverity] + (lowers ? 1 : 0) - (raises ? 1 : 0);
  if (impact.saturated) rank = Math.min(rank, RANK.Sev2);
  return BY_RANK[Math.min(4, Math.max(0, rank))] ?? "Sev4";
}

/**
 * The severity that counts for acting without a person: the diagnosis's, or that of a graver alert that joined the incident since. An alert
 * that comes after the diagnosis was not weighed in it.
 */
export function severityNow({ diagnosis, severity, alerts: [first, ...joined] }: Incident): Severity {
  const said = diagnosis?.severity ?? severity;
  const graver = joined.filter((alert) => first !== undefined && isGraver(alert.severity, first.severity));
  return graver.reduce((most, alert) => (isGraver(alert.severity, most) ? alert.severity : most), said);
}
