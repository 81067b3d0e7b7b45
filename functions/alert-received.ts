import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { CommonAlert } from "../shared/contracts/alert.ts";
import type { AlertAnswer } from "../shared/contracts/api.ts";
import { SignOfLife } from "../shared/contracts/sign-of-life.ts";
import { digestOf, receiptId } from "../shared/core/alert-reading.ts";
import { noted } from "../shared/core/incident-state.ts";
import { ownEntry } from "../shared/core/incident-writes.ts";
import { signOfLifeReceiptId } from "../shared/core/sign-of-life.ts";
import { refusedCaller } from "./alert-caller.ts";
import { correlate } from "./correlate.ts";
import { answer, invalid, jsonBody, problem } from "./problem.ts";
import { services } from "./services.ts";
import { alertTaken, postedBy } from "./traced-requests.ts";

/**
 * `POST /api/alerts`. Answers 202 once everything is durably written; every write is create-once, so that a repeated notification
 * completes what a killed one began.
 */
export async function alertReceived(request: HttpRequest): Promise<HttpResponseInit> {
  const source = request.query.get("source") ?? "azure";
  const refusal = await refusedCaller(request, source === "pgmedic" ? "pgmedic" : "azure");
  if (refusal !== null) return refusal;
  if (source !== "azure" && source !== "pgmedic") {
    return problem(400, "unknown-source", {
      title: `There is no alert source "${source}"`,
      detail: "Leave it out for Azure Monitor; `pgmedic` is PgMedic's own sign of life.",
    });
  }
  postedBy(source);
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  if (source === "pgmedic") return signOfLife(body.value);
  const parsed = CommonAlert.safeParse(body.value);
  if (!parsed.success) return invalid(parsed.error);
  const taken = await receive(parsed.data);
  alertTaken(taken);
  return answer(202, taken);
}

/** PgMedic's own sign of life: it leaves a receipt, which its runner looks for an hour later, and opens nothing. */
async function signOfLife(body: unknown): Promise<HttpResponseInit> {
  const sign = SignOfLife.safeParse(body);
  if (!sign.success) return invalid(sign.error);
  const { alerts, now } = services();
  const taken = ignored("a sign of life of PgMedic itself");
  const receipt = { answer: taken, receivedAt: now().toISOString(), payload: sign.data };
  await alerts.keep(signOfLifeReceiptId(sign.data.hour), receipt);
  return answer(202, taken);
}

/** Takes in one notification and answers what became of it. */
export async function receive(alert: CommonAlert): Promise<AlertAnswer> {
  const { alerts, outbox, now } = services();
  const isResolved = alert.data.essentials.monitorCondition === "Resolved";
  const known = await alerts.read(receiptId(alert));
  // A server that was not registered or not enabled then may be so now: Azure tells of an alert that goes on only once.
  const isOver = known !== null && (isResolved || known.answer.disposition !== "ignored");
  if (isOver) {
    if (known.answer.incidentId !== null) await outbox.tryRelay(known.answer.incidentId);
    return { ...known.answer, disposition: known.answer.incidentId === null ? known.answer.disposition : "duplicate" };
  }
  const result = isResolved ? await resolved(alert) : await fired(alert);
  const receipt = { answer: result, receivedAt: now().toISOString(), payload: alert };
  if (known === null) await alerts.keep(receiptId(alert), receipt);
  else if (result.disposition !== "ignored") await alerts.replace(receiptId(alert), receipt);
  // The two notifications of an alert may come at once, each before the other's receipt. Whoever is second sees both.
  if (isResolved) return result.incidentId === null ? resolved(alert) : result;
  const resolution = await alerts.read(receiptId(alert, "Resolved"));
  if (resolution !== null && result.incidentId !== null)
    await noteResolution(result.incidentId, CommonAlert.parse(resolution.payload));
  return result;
}

const ignored = (reason: string): AlertAnswer => ({ incidentId: null, disposition: "ignored", reason });

async function fired(alert: CommonAlert): Promise<AlertAnswer> {
  const { alerts, servers } = services();
  const server = await servers.byResourceId(alert.data.essentials.alertTargetIDs);
  if (server === null) return ignored("none of the alert's targets is a registered server");
  if (!server.enabled) return ignored(`PgMedic is not enabled on ${server.serverId}`);
  if ((await alerts.read(receiptId(alert, "Resolved"))) !== null) return ignored("its resolution arrived before it");
  return correlate(digestOf(alert), server.serverId);
}

/** A resolved alert is noted and changes nothing else: the cause may still be there. */
async function resolved(alert: CommonAlert): Promise<AlertAnswer> {
  const first = await services().alerts.read(receiptId(alert, "Fired"));
  const incidentId = first?.answer.incidentId ?? null;
  if (incidentId === null) return ignored("no incident came of this alert");
  await noteResolution(incidentId, alert);
  return { incidentId, disposition: "resolved" };
}

async function noteResolution(incidentId: string, alert: CommonAlert): Promise<void> {
  const { incidents, now } = services();
  const at = alert.data.essentials.resolvedDateTime ?? now().toISOString();
  await incidents.change(incidentId, (incident) => {
    if (incident.alertResolvedAt !== null) return null;
    const entry = ownEntry("alert", "Azure Monitor reports the alert as resolved.", now());
    return { ...noted(incident, entry), alertResolvedAt: new Date(at).toISOString() };
  });
}
