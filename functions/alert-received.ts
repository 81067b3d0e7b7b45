import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { CommonAlert } from "../shared/contracts/alert.ts";
import { AlertmanagerWebhook } from "../shared/contracts/alertmanager-webhook.ts";
import type { AlertAnswer, AlertGroupAnswer } from "../shared/contracts/api.ts";
import { GrafanaWebhook } from "../shared/contracts/grafana-webhook.ts";
import type { ReceivedAlert } from "../shared/contracts/received-alert.ts";
import { SignOfLife } from "../shared/contracts/sign-of-life.ts";
import { readAzure } from "../shared/core/alert-sources/azure.ts";
import { readGrafana } from "../shared/core/alert-sources/grafana.ts";
import { readAlertmanager } from "../shared/core/alert-sources/prometheus.ts";
import { signOfLifeReceiptId } from "../shared/core/sign-of-life.ts";
import { AlertCaller, refusedCaller } from "./alert-caller.ts";
import { answer, invalid, jsonBody, problem } from "./problem.ts";
import { ignored, receive } from "./receive-alert.ts";
import { services } from "./services.ts";
import { alertTaken, groupTaken, postedBy } from "./traced-requests.ts";

type Log = Pick<InvocationContext, "warn">;

/**
 * `POST /api/alerts`. Answers 202 once everything is durably written; every write is create-once, so that a repeated notification
 * completes what a killed one began.
 */
export async function alertReceived(request: HttpRequest, context: Log): Promise<HttpResponseInit> {
  const name = request.query.get("source") ?? "azure";
  const source = AlertCaller.safeParse(name).data;
  // Who asks for a source that does not exist is told so only as a caller that may post alerts.
  const refusal = await refusedCaller(request, source ?? "azure");
  if (refusal !== null) return refusal;
  if (source === undefined) {
    return problem(400, "unknown-source", {
      title: `There is no alert source "${name}"`,
      detail:
        "Leave it out for Azure Monitor; `prometheus` is Alertmanager's webhook, `grafana` Grafana's, `pgmedic` PgMedic's own sign of life.",
    });
  }
  postedBy(source);
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  switch (source) {
    case "azure":
      return azureAlert(body.value);
    case "prometheus": {
      const webhook = AlertmanagerWebhook.safeParse(body.value);
      return webhook.success
        ? group(readAlertmanager(webhook.data), webhook.data.truncatedAlerts, context)
        : invalid(webhook.error);
    }
    case "grafana": {
      const webhook = GrafanaWebhook.safeParse(body.value);
      return webhook.success
        ? group(readGrafana(webhook.data), webhook.data.truncatedAlerts, context)
        : invalid(webhook.error);
    }
    case "pgmedic":
      return signOfLife(body.value);
  }
}

async function azureAlert(body: unknown): Promise<HttpResponseInit> {
  const parsed = CommonAlert.safeParse(body);
  if (!parsed.success) return invalid(parsed.error);
  const taken = await receive(readAzure(parsed.data));
  alertTaken(taken);
  return answer(202, taken);
}

/**
 * Takes in the alerts of a group, one after another: those of one server meet in one incident anyway. The size of a body bounds how many there
 * are. When something is down, the sender repeats the whole group, and those that were taken are duplicates.
 */
async function group(alerts: readonly ReceivedAlert[], notTold: number, context: Log): Promise<HttpResponseInit> {
  const results: AlertAnswer[] = [];
  for (const alert of alerts) results.push(await receive(alert));
  if (notTold > 0) context.warn(`the sender left ${notTold} alerts out of a group of ${notTold + alerts.length}`);
  groupTaken(results);
  return answer(202, { results, notTold } satisfies AlertGroupAnswer);
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
