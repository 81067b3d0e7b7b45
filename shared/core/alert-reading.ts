import type { AlertDigest, Incident } from "../contracts/incident.ts";
import type { ReceivedAlert } from "../contracts/received-alert.ts";
import { announced, ownEntry } from "./incident-writes.ts";
import { derivedId, digest } from "./digest.ts";
import { kindOf, nameOf } from "./folded-alerts.ts";
import { percentText } from "./percent.ts";

/** One id per alert and condition: the same notification twice is one receipt, fired and resolved are two. */
export const receiptId = (alert: ReceivedAlert, condition: ReceivedAlert["condition"] = alert.condition): string =>
  derivedId("alert", ...alert.identity, condition);

/** What an incident keeps of an alert. The figures of a service's alert are the service's, and nothing to judge the server by. */
export const digestOf = (alert: ReceivedAlert, service?: string): AlertDigest => ({
  alertId: alert.alertId,
  rule: alert.rule,
  ...(alert.said === undefined ? {} : { said: alert.said }),
  ...(service === undefined
    ? { metric: alert.metric, value: alert.value, threshold: alert.threshold }
    : { metric: null, value: null, threshold: null, service }),
  severity: alert.severity,
  firedAt: alert.firedAt,
  digest: digest(alert.payload),
});

/** Alerts of one kind on one server belong together. */
export const correlationKeyOf = (serverId: string, alert: AlertDigest): string =>
  derivedId("open", serverId, kindOf(alert));

/** Alerts of a server's load belong together while nothing is known of it. No kind is called so: this has a part more. */
export const loadKeyOf = (serverId: string): string => derivedId("open", serverId, "load", "of the server");

/** The id that an alert's incident would get. It follows from the alert, so that a repeated notification completes a half-done first one. */
export const incidentIdOf = (serverId: string, { alertId, firedAt }: AlertDigest): string =>
  derivedId("inc", serverId, alertId, firedAt);

const METRICS: ReadonlyMap<string, string> = new Map([
  ["cpu_percent", "CPU"],
  ["memory_percent", "Memory"],
  ["storage_percent", "Storage"],
]);

/** What people read in a list: the metric with its figure where there is one, else the name of the rule. */
function titleOf({ metric, value, rule, service }: AlertDigest, serverId: string): string {
  if (service !== undefined) return `${rule} of ${service}, which depends on ${serverId}`;
  if (metric === null) return `${rule} on ${serverId}`;
  const share = METRICS.get(metric);
  return value === null || share === undefined
    ? `${share ?? metric} on ${serverId}`
    : `${share} at ${percentText(value)} on ${serverId}`;
}

/** A new incident with the message that starts its run, in one document. */
export function openedBy(
  alert: AlertDigest,
  serverId: string,
  now: Date,
  correlationKey: string = correlationKeyOf(serverId, alert),
): Incident {
  const incidentId = incidentIdOf(serverId, alert);
  const runId = `${incidentId}-r1`;
  const at = now.toISOString();
  const figure = alert.value === null ? "" : ` (${alert.value}, threshold ${alert.threshold ?? "dynamic"})`;
  const complaint = alert.said === undefined ? figure : `: ${alert.said}`;
  const trigger = announced("runs", `${runId}-trigger`, {
    schemaVersion: 1,
    type: "trigger",
    incidentId,
    serverId,
    runId,
    playbook: alert.metric ?? alert.rule,
    alertDigest: alert.digest,
    correlationId: incidentId,
  });
  return {
    incidentId,
    serverId,
    title: titleOf(alert, serverId),
    state: "dispatched",
    severity: alert.severity,
    correlationKey,
    alerts: [alert],
    alertsLeftOut: 0,
    alertResolvedAt: null,
    runId,
    fencingToken: null,
    diagnosis: null,
    proposal: null,
    approvals: [],
    decision: null,
    execution: null,
    verification: null,
    rollBack: null,
    resolution: null,
    timeline: [ownEntry("alert", `${nameOf(alert)} fired${complaint}.`, now)],
    memoryDue: false,
    outbox: [trigger],
    openedAt: at,
    updatedAt: at,
  };
}
