import type { AlertAnswer } from "../shared/contracts/api.ts";
import type { AlertSource, ReceivedAlert } from "../shared/contracts/received-alert.ts";
import type { Incident } from "../shared/contracts/incident.ts";
import { digestOf, incidentIdOf, receiptId } from "../shared/core/alert-reading.ts";
import { kindOf, nameOf } from "../shared/core/folded-alerts.ts";
import { noted } from "../shared/core/incident-state.ts";
import { ownEntry } from "../shared/core/incident-writes.ts";
import { correlate } from "./correlate.ts";
import { serverOf } from "./server-of-alert.ts";
import { services } from "./services.ts";

const NAMES: Record<AlertSource, string> = {
  azure: "Azure Monitor",
  prometheus: "Alertmanager",
  grafana: "Grafana",
  slack: "Slack",
  pgmedic: "PgMedic's detection",
};

/** Takes in one notification and answers what became of it. */
export async function receive(alert: ReceivedAlert): Promise<AlertAnswer> {
  const { alerts, outbox, now } = services();
  const isResolved = alert.condition === "Resolved";
  const known = await alerts.read(receiptId(alert));
  // A server that was not registered or not enabled then may be so now: Azure tells of an alert that goes on only once.
  const isOver = known !== null && (isResolved || known.answer.disposition !== "ignored");
  if (isOver) {
    if (known.answer.incidentId !== null) await outbox.tryRelay(known.answer.incidentId);
    return { ...known.answer, disposition: known.answer.incidentId === null ? known.answer.disposition : "duplicate" };
  }
  const result = isResolved ? await resolved(alert) : await fired(alert);
  const { payload, resolvedAt } = alert;
  const receipt = { answer: result, receivedAt: now().toISOString(), resolvedAt, payload };
  if (known === null) await alerts.keep(receiptId(alert), receipt);
  else if (result.disposition !== "ignored") await alerts.replace(receiptId(alert), receipt);
  // The two notifications of an alert may come at once, each before the other's receipt. Whoever is second sees both.
  if (isResolved) return result.incidentId === null ? resolved(alert) : result;
  const resolution = await alerts.read(receiptId(alert, "Resolved"));
  if (resolution !== null && result.incidentId !== null)
    await noteResolution(result.incidentId, { ...alert, resolvedAt: resolution.resolvedAt });
  return result;
}

export const ignored = (reason: string): AlertAnswer => ({ incidentId: null, disposition: "ignored", reason });

async function fired(alert: ReceivedAlert): Promise<AlertAnswer> {
  const named = await serverOf(alert.target);
  if (named.server === null) return ignored(named.because);
  const { serverId, enabled } = named.server;
  if (!enabled) return ignored(`PgMedic is not enabled on ${serverId}`);
  if ((await services().alerts.read(receiptId(alert, "Resolved"))) !== null)
    return ignored("its resolution arrived before it");
  return correlate(digestOf(alert, named.service), serverId);
}

/** A resolved alert is noted and changes nothing else: the cause may still be there. */
async function resolved(alert: ReceivedAlert): Promise<AlertAnswer> {
  const first = await services().alerts.read(receiptId(alert, "Fired"));
  const incidentId = first?.answer.incidentId ?? null;
  if (incidentId === null) return ignored("no incident came of this alert");
  await noteResolution(incidentId, alert);
  return { incidentId, disposition: "resolved" };
}

async function noteResolution(incidentId: string, alert: ReceivedAlert): Promise<void> {
  const { incidents, now } = services();
  const { serverId } = await incidents.change(incidentId, (incident) => withResolution(incident, alert, now()));
  // One that was folded into the incident of something else may have got its own since.
  const own = incidentIdOf(serverId, digestOf(alert));
  if (own !== incidentId && (await incidents.read(own)) !== null)
    await incidents.change(own, (incident) => withResolution(incident, alert, now()));
}

function withResolution(incident: Incident, alert: ReceivedAlert, now: Date): Incident | null {
  const [opening] = incident.alerts;
  // The incident knows which service it is about.
  const known = incident.alerts.find(({ alertId }) => alertId === alert.alertId) ?? alert;
  const isFolded = opening !== undefined && kindOf(opening) !== kindOf(known);
  const text = `${NAMES[alert.source]} reports ${isFolded ? nameOf(known) : "the alert"} as resolved.`;
  if (isFolded)
    return incident.timeline.some((line) => line.text === text) ? null : noted(incident, ownEntry("alert", text, now));
  if (incident.alertResolvedAt !== null) return null;
  return { ...noted(incident, ownEntry("alert", text, now)), alertResolvedAt: alert.resolvedAt ?? now.toISOString() };
}
