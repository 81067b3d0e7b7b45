import type { InvocationContext } from "@azure/functions";
import { z } from "zod";
import { count, inSpan, recordSeconds, recordSpan } from "../shared/adapters/telemetry.ts";
import type { AlertAnswer } from "../shared/contracts/api.ts";
import type { Queue } from "../shared/contracts/messages.ts";
import type { Run, StepInput, StepName, StepOutput } from "../shared/contracts/steps.ts";
import { msBetween } from "../shared/core/time.ts";
import { traceparentOf } from "../shared/core/trace.ts";
import { services } from "./services.ts";

/** Metrics, by name. Durations are in seconds; a step that is repeated after a crash counts again. */
const METRIC = {
  alerts: "pgmedic.alerts.received",
  proposals: "pgmedic.proposals",
  approvals: "pgmedic.approvals",
  timeToProposal: "pgmedic.time_to_proposal",
  timeToResolve: "pgmedic.time_to_resolve",
  rollBacks: "pgmedic.rollbacks",
  deadLetters: "pgmedic.dead_letters",
  silence: "pgmedic.silence",
} as const;

/** An alert was taken in: the first span of an incident's trace. Which incident that is shows only at the end. */
export function alertTaken({ incidentId, disposition }: AlertAnswer, startedAt: Date): void {
  count(METRIC.alerts, { disposition });
  const traceparent = incidentId === null ? undefined : traceparentOf(incidentId);
  recordSpan("POST /api/alerts", { traceparent, kind: "server", startedAt, attributes: { disposition } });
}

const Named = z.looseObject({ type: z.string(), incidentId: z.string().optional(), verdict: z.string().optional() });
type MessageHandler = (body: unknown, context: InvocationContext) => Promise<void>;

/** Handles messages of a queue within the trace of the incident that they are about. */
export const tracedMessages =
  (queue: Queue, handler: MessageHandler): MessageHandler =>
  async (body, context) => {
    const { type = "unreadable", incidentId, verdict } = Named.safeParse(body).data ?? {};
    if (type === "approval") count(METRIC.approvals, { verdict: verdict ?? "unknown" });
    const traceparent = incidentId === undefined ? undefined : traceparentOf(incidentId);
    const attributes = { "messaging.system": "servicebus", "messaging.destination.name": queue };
    await inSpan(`receive ${type}`, { traceparent, kind: "consumer", attributes }, () => handler(body, context));
  };

/** Does one step of a run within its incident's trace, and counts what came of it. */
export function tracedStep<Name extends StepName>(
  name: Name,
  input: StepInput<Name>,
  work: () => Promise<StepOutput<Name>>,
): Promise<StepOutput<Name>> {
  const { incidentId, serverId, runId } = input;
  const attributes = { "pgmedic.incident": incidentId, "pgmedic.server": serverId, "pgmedic.run": runId };
  return inSpan(`step ${name}`, { traceparent: traceparentOf(incidentId), attributes }, async () => {
    const output = await work();
    // A figure must never make a step fail that has been done.
    await measure(name, input, output).catch(() => {});
    return output;
  });
}

async function measure(name: StepName, { incidentId }: Run, output: StepOutput<StepName>): Promise<void> {
  const outcome = "outcome" in output ? output.outcome : null;
  if (name === "rollBack") count(METRIC.rollBacks, { outcome: outcome ?? "unknown" });
  const isProposal = name === "propose" && outcome === "proposed";
  if (!isProposal && name !== "close") return;
  const { incidents, now } = services();
  const incident = await incidents.read(incidentId);
  if (incident === null) return;
  const seconds = msBetween(incident.openedAt, now().toISOString()) / 1_000;
  if (isProposal) {
    const cause = incident.diagnosis?.verdict === "cause" ? incident.diagnosis.cause : "none";
    count(METRIC.proposals, { cause });
    recordSeconds(METRIC.timeToProposal, seconds, { cause });
  } else recordSeconds(METRIC.timeToResolve, seconds, { path: incident.resolution?.path ?? "unknown" });
}

/** A message was put aside. */
export const deadLetterKept = (queue: string): void => count(METRIC.deadLetters, { queue });

/** A sign of life is missing. */
export const silenceNoticed = (): void => count(METRIC.silence);
