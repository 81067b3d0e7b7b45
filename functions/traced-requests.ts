import { AsyncLocalStorage } from "node:async_hooks";
import type { HttpHandler } from "@azure/functions";
import { count, recordSpan } from "../shared/adapters/telemetry.ts";
import type { AlertAnswer } from "../shared/contracts/api.ts";
import { traceparentOf } from "../shared/core/trace.ts";
import { services } from "./services.ts";
import type { AlertCaller } from "./alert-caller.ts";
import { ATTRIBUTE, DIMENSION, METRIC, spanOfRequest } from "./telemetry-names.ts";

type Subject = { incidentId: string | null; opened: boolean; attributes: Record<string, string> };
/** What the request at hand turned out to be about. */
const subject = new AsyncLocalStorage<Subject>();

/** Tells of every request to a route: how long it took, what it was answered, and in the trace of the incident that it was about. */
export const tracedRequests =
  (method: string, route: string, handler: HttpHandler): HttpHandler =>
  async (request, context) => {
    const startedAt = services().now();
    const about: Subject = { incidentId: null, opened: false, attributes: {} };
    const answer = await subject.run(about, async () => handler(request, context));
    const { incidentId, opened, attributes } = about;
    recordSpan(spanOfRequest(method, route), {
      traceparent: incidentId === null ? undefined : traceparentOf(incidentId),
      kind: "server",
      isRoot: opened,
      startedAt,
      attributes: {
        "http.request.method": method,
        "http.route": `/api/${route}`,
        "http.response.status_code": answer?.status ?? 200,
        ...attributes,
        ...(incidentId === null ? {} : { [ATTRIBUTE.incident]: incidentId }),
      },
    });
    return answer;
  };

/** The request at hand is about an incident that is there: whatever somebody put into an address is not. */
export function concerns(incidentId: string): void {
  const about = subject.getStore();
  if (about !== undefined) about.incidentId = incidentId;
}

/** Who posted the alert at hand. */
export function postedBy(source: AlertCaller): void {
  const about = subject.getStore();
  if (about !== undefined) about.attributes[ATTRIBUTE.source] = source;
}

/** An alert was taken in. */
export function alertTaken(answer: AlertAnswer): void {
  count(METRIC.alerts, { [DIMENSION.alerts]: answer.disposition });
  ledTo(answer);
}

/** A group of alerts was taken in. A request is in one trace: that of the first incident it opened, else of the first it is about. */
export function groupTaken(answers: readonly AlertAnswer[]): void {
  for (const { disposition } of answers) count(METRIC.alerts, { [DIMENSION.alerts]: disposition });
  const first =
    answers.find(({ disposition }) => disposition === "opened") ??
    answers.find(({ incidentId }) => incidentId !== null);
  const told = first ?? answers[0];
  if (told !== undefined) ledTo(told);
}

/** What became of an alert, or of somebody's wish for a look. With the one that opens an incident, the incident's trace begins. */
export function ledTo({ incidentId, disposition }: AlertAnswer): void {
  if (incidentId !== null) concerns(incidentId);
  const about = subject.getStore();
  if (about === undefined) return;
  about.opened = disposition === "opened";
  about.attributes[ATTRIBUTE.disposition] = disposition;
}
