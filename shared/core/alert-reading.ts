import { type CommonAlert, metricCondition } from "../contracts/alert.ts";
import type { AlertDigest, Incident } from "../contracts/incident.ts";
import { announced, ownEntry } from "./incident-writes.ts";
import { derivedId, digest } from "./digest.ts";
import { percentText } from "./percent.ts";

/**
 * One id per alert and condition: the same notification twice is one receipt, fired and resolved are two. Azure writes an alert's id with
 * other paths before it and in other cases, by who asks; what comes after `/alerts/` is the same everywhere.
 */
export const receiptId = (
  alert: CommonAlert,
  condition: "Fired" | "Resolved" = alert.data.essentials.monitorCondition,
): string => derivedId("alert", alert.data.essentials.alertId.toLowerCase().replace(/^.*\/alerts\//, ""), condition);

/** What an incident keeps of an alert. */
export function digestOf(alert: CommonAlert): AlertDigest {
  const { alertId, alertRule, severity, firedDateTime } = alert.data.essentials;
  const condition = metricCondition(alert);
  return {
    alertId,
    rule: alertRule,
    metric: condition?.metric ?? null,
    value: condition?.value ?? null,
    threshold: condition?.threshold ?? null,
    severity,
    firedAt: new Date(firedDateTime).toISOString(),
    digest: digest(alert),
  };
}

/** Alerts of one kind on one server belong together: the metric where there is one, else the rule. */
export const correlationKeyOf = (serverId: string, alert: AlertDigest): string =>
  derivedId("open", serverId, (alert.metric ?? alert.rule).toLowerCase());

/** The id that an alert's incident would get. It follows from the alert, so that a repeated notification completes a half-done first one. */
export const incidentIdOf = (serverId: string, { alertId, firedAt }: AlertDigest): string =>
  derivedId("inc", serverId, alertId, firedAt);

const METRICS: Readonly<Record<string, string>> = {
  cpu_percent: "CPU",
  memory_percent: "Memory",
  storage_percent: "Storage",
};

/** What people read in a list: the metric with its figure where there is one, else the name of the rule. */
function titleOf({ metric, value, rule }: AlertDigest, serverId: string): string {
  if (metric === null) return `${rule} on ${serverId}`;
  const name = METRICS[metric] ?? metric;
  return value === null || METRICS[metric] === undefined
    ? `${name} on ${serverId}`
    : `${name} at ${percentText(value)} on ${serverId}`;
}

/** A new incident with the message that starts its run, in one document. */
export function openedBy(alert: AlertDigest, serverId: string, now: Date): Incident {
  const incidentId = incidentIdOf(serverId, alert);
  const runId = `${incidentId}-r1`;
  const correlationKey = correlationKeyOf(serverId, alert);
  const at = now.toISOString();
  const figure = alert.value === null ? "" : ` (${alert.value}, threshold ${alert.threshold ?? "dynamic"})`;
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
    timeline: [ownEntry("alert", `${alert.rule} fired${figure}.`, now)],
    memoryDue: false,
    outbox: [trigger],
    openedAt: at,
    updatedAt: at,
  };
}
