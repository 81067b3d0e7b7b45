import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { CommonAlert } from "../shared/contracts/alert.ts";
import { SignOfLife } from "../shared/contracts/sign-of-life.ts";
import { readAzure } from "../shared/core/alert-sources/azure.ts";
import { signOfLifeReceiptId } from "../shared/core/sign-of-life.ts";
import { refusedCaller } from "./alert-caller.ts";
import { answer, invalid, jsonBody, problem } from "./problem.ts";
import { ignored, receive } from "./receive-alert.ts";
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
  const taken = await receive(readAzure(parsed.data));
  alertTaken(taken);
  return answer(202, taken);
}

/** PgMedic's own sign of life: it leaves a receipt, which its runner looks for an hour later, and opens nothing. */
async function signOfLife(body: unknown): Promise<HttpResponseInit> {
  const sign = SignOfLife.safeParse(body);
  if (!sign.success) return invalid(sign.error);
  const { alerts, now } = services();
  const taken = ignored("a sign of life of PgMedic itself");
  const receipt = { answer: taken, receivedAt: now().toISOString(), resolvedAt: null, payload: sign.data };
  await alerts.keep(signOfLifeReceiptId(sign.data.hour), receipt);
  return answer(202, taken);
}
