import type { InvocationContext } from "@azure/functions";
import { z } from "zod";
import { count, inSpan, recordSeconds } from "../shared/adapters/telemetry.ts";
import { ApprovalMessage, Message, type Queue } from "../shared/contracts/messages.ts";
import type { Run, StepInput, StepName, StepOutput } from "../shared/contracts/steps.ts";
import { unquoted } from "../shared/core/log-text.ts";
import { msBetween } from "../shared/core/time.ts";
import { traceparentOf } from "../shared/core/trace.ts";
import { services } from "./services.ts";
import { ATTRIBUTE, DIMENSION, METRIC, spanOfMessage, spanOfStep } from "./telemetry-names.ts";

/** Counts something that happened, by what it was. */
const tally = (what: keyof typeof DIMENSION, value: string): void => count(METRIC[what], { [DIMENSION[what]]: value });

/** Types of messages, and the word for those that are none of them. */
export const MESSAGE_TYPES = [...Message.options.map(({ shape }) => shape.type.value), "unreadable"] as const;
const VERDICTS = [...ApprovalMessage.shape.verdict.options, "unknown"] as const;

/** A message as far as telemetry reads it: what does not fit is not repeated, since anybody may have made it. */
const Named = z.looseObject({
  type: z.enum(MESSAGE_TYPES).catch("unreadable"),
  incidentId: z.string().optional().catch(undefined),
  what: z.looseObject({ incidentId: z.string() }).optional().catch(undefined),
  verdict: z.enum(VERDICTS).catch("unknown"),
});
type MessageHandler = (body: unknown, context: InvocationContext) => Promise<void>;

/** Handles messages of a queue within the trace of the incident that they are about. */
export const tracedMessages =
  (queue: Queue, handler: MessageHandler): MessageHandler =>
  async (body, context) => {
    const named = Named.safeParse(body).data;
    const { type = "unreadable", verdict = "unknown" } = named ?? {};
    if (type === "approval") tally("approvals", verdict);
    const incidentId = named?.incidentId ?? named?.what?.incidentId;
    const traceparent = incidentId === undefined ? undefined : traceparentOf(incidentId);
    const name = spanOfMessage(type);
    const attributes = {
      "messaging.system": "servicebus",
      "messaging.destination.name": queue,
      // Application Insights takes the name of what a consumer did from here.
      "ai.operation.name": name,
    };
    await inSpan(name, { traceparent, kind: "consumer", attributes }, () => handler(body, context)).catch(rethrow);
  };

/** Does one step of a run within its incident's trace, and counts what came of it. */
export function tracedStep<Name extends StepName>(
  name: Name,
  input: StepInput<Name>,
  work: () => Promise<StepOutput<Name>>,
): Promise<StepOutput<Name>> {
  const { incidentId, serverId, runId } = input;
  const attributes = { [ATTRIBUTE.incident]: incidentId, [ATTRIBUTE.server]: serverId, [ATTRIBUTE.run]: runId };
  return inSpan(spanOfStep(name), { traceparent: traceparentOf(incidentId), attributes }, async () => {
    const output = await work();
    // A figure must never make a step fail that has been done.
    await measure(name, input, output).catch(() => {});
    return output;
  }).catch(rethrow);
}

function rethrow(failure: unknown): never {
  throw unquoted(failure);
}

/** Executions and roll-backs; one that waits for a better moment comes again. */
function countChange(name: StepName, outcome: string | null): void {
  if (outcome === null || outcome === "waiting") return;
  if (name === "rollBack") tally("rollBacks", outcome);
  if (name === "execute") tally("executions", outcome);
}

async function measure(name: StepName, { incidentId }: Run, output: StepOutput<StepName>): Promise<void> {
  const outcome = "outcome" in output ? output.outcome : null;
  countChange(name, outcome);
  const isProposal = name === "propose" && outcome === "proposed";
  if (!isProposal && name !== "close") return;
  const { incidents, now } = services();
  const incident = await incidents.read(incidentId);
  if (incident === null) return;
  const seconds = msBetween(incident.openedAt, now().toISOString()) / 1_000;
  if (isProposal) {
    const cause = incident.diagnosis?.verdict === "cause" ? incident.diagnosis.cause : "none";
    tally("proposals", cause);
    recordSeconds(METRIC.timeToProposal, seconds, { [DIMENSION.timeToProposal]: cause });
  } else {
    const path = incident.resolution?.path ?? "unknown";
    recordSeconds(METRIC.timeToResolve, seconds, { [DIMENSION.timeToResolve]: path });
  }
}

/** A message was put aside. */
export const deadLetterKept = (queue: string): void => tally("deadLetters", queue);
