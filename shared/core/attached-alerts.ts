import type { AlertDigest, Incident, TimelineEntry } from "../contracts/incident.ts";
import { isClosed } from "../contracts/incident.ts";
import { kindOf, nameOf } from "./folded-alerts.ts";
import { noted } from "./incident-state.ts";
import { ownEntry } from "./incident-writes.ts";
import { isGraver } from "./severity.ts";

/** So many alerts are kept from the beginning, and so many from the end. A document holds 2 MB, which a rule that flaps fills within days. */
const KEPT_OF_EACH_END = 50;

const ATTACHED = " fired again: attached";
const isAttachment = ({ kind, by, text }: TimelineEntry): boolean =>
  kind === "alert" && by.kind === "pgmedic" && text.includes(ATTACHED);

/** An incident with one more alert, and as grave as the gravest while nobody knows better; null for an alert that it has, and for an incident that is over. One line of the timeline counts them. */
export function withAlert(incident: Incident, alert: AlertDigest, now: Date): Incident | null {
  const isKnown = incident.alerts.some(({ alertId }) => alertId === alert.alertId);
  if (isKnown || isClosed(incident.state)) return null;
  const [opening] = incident.alerts;
  const isGraverYet = incident.diagnosis === null && isGraver(alert.severity, incident.severity);
  const severity = isGraverYet ? alert.severity : incident.severity;
  const alerts = [...incident.alerts, alert];
  const first = alerts.slice(0, KEPT_OF_EACH_END);
  const last = alerts.slice(KEPT_OF_EACH_END).slice(-KEPT_OF_EACH_END);
  const alertsLeftOut = incident.alertsLeftOut + alerts.length - first.length - last.length;
  if (opening !== undefined && kindOf(opening) !== kindOf(alert)) {
    const entry = ownEntry("alert", `${nameOf(alert)} fired as well: it may have the same cause.`, now);
    return noted({ ...incident, severity, alerts: [...first, ...last], alertsLeftOut }, entry);
  }
  const before = alerts.length + incident.alertsLeftOut - 2;
  const count = before > 0 ? `, after ${before.toLocaleString("en")} others` : "";
  const entry = ownEntry("alert", `${nameOf(alert)}${ATTACHED}${count}.`, now);
  const timeline = incident.timeline.filter((line) => !isAttachment(line));
  return noted({ ...incident, severity, alerts: [...first, ...last], alertsLeftOut, timeline }, entry);
}
