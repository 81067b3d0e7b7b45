import type { RegisteredFunction } from "../functions-core.ts";
import type { Invoke } from "../invocation.ts";
import { parseReply, type OrchestratorReply } from "./actions.ts";
import { EventType, toWire, type ExecutionStarted, type HistoryEvent } from "./events.ts";

export interface Generation {
  readonly instanceId: string;
  readonly executionId: string;
  /** Events that earlier episodes have processed. */
  readonly past: readonly HistoryEvent[];
  /** Events of this episode, beginning with OrchestratorStarted. */
  readonly fresh: readonly HistoryEvent[];
}

export type CallOutcome =
  | { readonly kind: "reply"; readonly reply: OrchestratorReply }
  /** The instance must fail with this text. */
  | { readonly kind: "failed"; readonly reason: string };

const OUT_OF_PROC_LABEL = "$OutOfProcData$:";

/** The event that began this generation; every history has one. */
export function startEvent(generation: Pick<Generation, "past" | "fresh">): ExecutionStarted {
  const found = [...generation.past, ...generation.fresh].find(
    (event) => event.EventType === EventType.ExecutionStarted,
  );
  if (found === undefined) throw new Error("A history without its ExecutionStarted event cannot be replayed.");
  return found;
}

/** The orchestration trigger's value, as the Durable extension writes it. */
function triggerPayload(generation: Generation): Record<string, unknown> {
  const { Input, ParentInstance } = startEvent(generation);
  return {
    history: [...generation.past, ...generation.fresh].map(toWire),
    input: Input === null ? null : (JSON.parse(Input) as unknown),
    instanceId: generation.instanceId,
    isReplaying: generation.past.length > 0,
    parentInstanceId: ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000, // the misspelling is the extension's
  };
}

/** Runs the orchestrator over a history and reads its answer. */
export async function callOrchestrator(
  invoke: Invoke,
  definition: RegisteredFunction,
  generation: Generation,
): Promise<CallOutcome> {
  const payload = triggerPayload(generation);
  const result = await invoke({
    function: definition,
    trigger: { string: JSON.stringify(payload, null, 2) },
    triggerMetadata: { instanceId: { string: generation.instanceId } },
  });
  const { name } = definition;
  if (result.kind === "returned") return readReply(name, result.value?.json ?? "");
  const [, data] = result.message.split(OUT_OF_PROC_LABEL);
  if (data === undefined)
    return { kind: "failed", reason: `Orchestrator function '${name}' failed: ${result.message}` };
  const outcome = readReply(name, data);
  if (outcome.kind === "failed" || outcome.reply.error !== undefined) return outcome;
  return {
    kind: "failed",
    reason:
      `Orchestrator function '${name}' threw a value that is not an Error, or an Error without a message. ` +
      "On Azure the instance would stay Running for ever: throw an Error with a message.",
  };
}

function readReply(name: string, json: string): CallOutcome {
  const outcome = parseReply(JSON.parse(json));
  return outcome.kind === "reply"
    ? outcome
    : { kind: "failed", reason: `Orchestrator function '${name}' failed: ${outcome.reason}` };
}
