import { randomUUID } from "node:crypto";
import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { KNOWN } from "../../shared/catalogue/gateway.ts";
import { nextActionsFor } from "../../shared/catalogue/next-actions.ts";
import { ActionsAnswer, DiagnosticRequest, Insight } from "../../shared/contracts/diagnostic-run.ts";
import type { Incident, TimelineEntry } from "../../shared/contracts/incident.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import { noted } from "../../shared/core/incident-state.ts";
import { audited, entryBy } from "../../shared/core/incident-writes.ts";
import { answer, answerAs, invalid, jsonBody, problem } from "../problem.ts";
import { services } from "../services.ts";
import { awaitRunner } from "./await-runner.ts";
import { detailOf, incidentIn, unknownIncident } from "./incidents.ts";
import { actorOf, type Person } from "./principal.ts";

/** An incident is one document: what people add to it has an end. */
const MOST_QUESTIONS = 50;
const QUESTION = "A question to whoever knows: ";
const isQuestion = ({ kind, text }: TimelineEntry): boolean => kind === "note" && text.startsWith(QUESTION);
const Question = z.strictObject({ parameters: z.strictObject({ question: z.string().trim().min(3).max(300) }) });

/** `GET /api/incidents/{incidentId}/actions`: what may be looked at next, all that there is, and what was found so far. */
export async function listActions(request: HttpRequest): Promise<HttpResponseInit> {
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  const insights = await services().incidents.insights(incident.incidentId);
  const suggested = insights.at(-1)?.nextActions ?? incident.diagnosis?.nextActions ?? [];
  const body: ActionsAnswer = {
    nextActions: suggested.length > 0 ? suggested : nextActionsFor(null),
    known: [...KNOWN.values()].map(({ actionId, title, risk, parameters }) => ({
      actionId,
      title,
      risk,
      parameters: [...parameters],
    })),
    insights,
  };
  return answerAs(ActionsAnswer, 200, body);
}

/** `POST /api/incidents/{incidentId}/actions/{actionId}`: one bounded diagnostic by its name, or a question to a person. */
export async function runAction(request: HttpRequest, person: Person): Promise<HttpResponseInit> {
  const incident = await incidentIn(request);
  if (incident === null) return unknownIncident();
  const actionId = request.params["actionId"] ?? "";
  const body = await jsonBody(request);
  if (!body.ok) return body.response;
  if (actionId === "prompt_user") return ask(incident, person, body.value);
  if (!KNOWN.has(actionId)) {
    const known = [...KNOWN.keys()].join(", ");
    return problem(404, "unknown-action", {
      title: `There is no diagnostic "${actionId}"`,
      detail: `There are: ${known}.`,
    });
  }
  const wish = DiagnosticRequest.safeParse(body.value);
  if (!wish.success) return invalid(wish.error);
  const { incidentId, serverId } = incident;
  const requestId = randomUUID().replaceAll("-", "");
  const what = {
    kind: "diagnostic",
    incidentId,
    actionId,
    parameters: wish.data.parameters,
    by: actorOf(person),
  } as const;
  await services().messages.send("runs", requestId, { schemaVersion: 1, type: "probe", requestId, serverId, what });
  const insightId = `insight-${requestId}`.slice(0, 40);
  return awaitRunner(
    () => services().incidents.kept(incidentId, insightId, Insight.extend({ incidentId: Id })),
    answerOf,
    `/api/incidents/${incidentId}/actions`,
  );
}

/** A refusal because of the load is a conflict that passes; one because of the parameters is the caller's to mend. */
function answerOf({ incidentId: _, ...insight }: Insight & { incidentId: string }): HttpResponseInit {
  if (insight.outcome !== "refused") return answerAs(Insight, 200, insight);
  const because = insight.because ?? "";
  return insight.load !== null && because.startsWith("the server is")
    ? problem(409, insight.load, { title: "The server is not clear", detail: because })
    : problem(422, "bad-parameters", { title: "The diagnostic cannot be run with these parameters", detail: because });
}

/** The end of what may be looked at alone: a person is asked, and the question stands in the incident's timeline. */
async function ask(incident: Incident, person: Person, body: unknown): Promise<HttpResponseInit> {
  const wish = Question.safeParse(body);
  if (!wish.success) return invalid(wish.error);
  const { incidents, outbox, now } = services();
  const { question } = wish.data.parameters;
  const by = actorOf(person);
  if (incident.timeline.filter(isQuestion).length >= MOST_QUESTIONS)
    return problem(409, "too-many-questions", {
      title: `${MOST_QUESTIONS} questions were asked in this incident`,
      detail: "Ask whoever knows in person.",
    });
  const moment = now();
  const key = randomUUID();
  const changed = await incidents.change(incident.incidentId, (current) => ({
    ...noted(current, entryBy(by, "note", `${QUESTION}${question}`, moment)),
    outbox: [...current.outbox, audited("asked a person", moment.toISOString(), { key, question, by })],
  }));
  await outbox.tryRelay(incident.incidentId);
  return answer(200, detailOf(changed));
}
