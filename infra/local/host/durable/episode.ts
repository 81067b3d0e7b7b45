import { randomUUID } from "node:crypto";
import type { RegisteredFunction } from "../functions-core.ts";
import type { Invoke, LogSink } from "../invocation.ts";
import { EventType, executionStarted, stamp, type HistoryEvent } from "./events.ts";
import { callOrchestrator, startEvent, type Generation } from "./orchestrator-call.ts";
import type { CompleteDecision, ContinueDecision, Decision } from "./decisions.ts";
import { replay } from "./replay.ts";
import type { Instance } from "./store.ts";

export interface EpisodeContext {
  readonly invoke: Invoke;
  readonly orchestrator: (name: string) => RegisteredFunction | undefined;
  readonly activity: (name: string) => RegisteredFunction | undefined;
  readonly orchestratorNames: () => string[];
  readonly now: () => number;
  readonly log: LogSink;
}

/** What an episode changes; one transaction applies it. */
export interface EpisodeResult {
  readonly instance: Instance;
  /** The complete history of the (possibly new) generation. */
  readonly history: readonly HistoryEvent[];
  /** How many events at its front are stored already. */
  readonly stored: number;
  readonly decisions: readonly Decision[];
  /** The execution that asked for the decisions; ids in history belong to it. */
  readonly executionId: string;
}

interface Step {
  readonly decisions: readonly Decision[];
  readonly customStatus: string | null;
}

/** Runs one instance over its new events, and through every continueAsNew until it waits or ends. */
export async function runEpisode(
  context: EpisodeContext,
  start: Instance,
  batch: { past: readonly HistoryEvent[]; messages: readonly HistoryEvent[] },
): Promise<EpisodeResult> {
  let instance = start;
  let carriedStatus: string | null = null; // a custom status outlives continueAsNew
  let generation: Generation = {
    instanceId: start.instanceId,
    executionId: start.executionId,
    past: batch.past,
    fresh: [{ EventType: EventType.OrchestratorStarted, ...stamp(context.now()) }, ...batch.messages],
  };
  for (;;) {
    const step = await runStep(context, instance, generation);
    const continued = step.decisions.find((decision) => decision.kind === "continueAsNew");
    const customStatus: string | null = step.customStatus ?? carriedStatus;
    carriedStatus = customStatus;
    instance = { ...instance, customStatus };
    if (continued === undefined) return conclude(context, { instance, generation, decisions: step.decisions });
    generation = nextGeneration(context.now(), generation, continued);
    const input = continued.input ?? instance.input; // as on the real host, whose status keeps the old input
    instance = { ...instance, executionId: generation.executionId, input, generation: null };
  }
}

async function runStep(context: EpisodeContext, instance: Instance, generation: Generation): Promise<Step> {
  const definition = context.orchestrator(instance.name);
  if (definition === undefined) return failed(unknownOrchestrator(context, instance.name));
  const outcome = await callOrchestrator(context.invoke, definition, generation);
  if (outcome.kind === "failed") {
    context.log({ level: "error", functionName: instance.name, message: `${instance.instanceId}: ${outcome.reason}` });
    return failed(outcome.reason);
  }
  const options = { executionId: instance.executionId, functionName: instance.name, reply: outcome.reply };
  const decisions = replay(options, [...generation.past, ...generation.fresh]);
  const missing = missingFunction(context, decisions);
  if (missing !== undefined) {
    context.log({ level: "error", functionName: instance.name, message: `${instance.instanceId}: ${missing}` });
    return failed(missing);
  }
  const { customStatus } = outcome.reply;
  return { decisions, customStatus: customStatus === undefined ? null : JSON.stringify(customStatus) };
}

const failed = (reason: string): Step => {
  const decision: CompleteDecision = { kind: "complete", id: -1, status: "Failed", result: reason };
  return { decisions: [decision], customStatus: null };
};

const unknownOrchestrator = (context: EpisodeContext, name: string): string =>
  `Orchestrator function '${name}' failed: The function '${name}' doesn't exist, is disabled, or is not an orchestrator ` +
  `function. Additional info: The following are the known orchestrator functions: ` +
  `${context
    .orchestratorNames()
    .map((known) => `'${known}'`)
    .join(", ")}.`;

function missingFunction(context: EpisodeContext, decisions: readonly Decision[]): string | undefined {
  for (const decision of decisions) {
    const isMissing =
      (decision.kind === "activity" && context.activity(decision.name) === undefined) ||
      (decision.kind === "child" && context.orchestrator(decision.name) === undefined);
    if (!isMissing) continue;
    const what = decision.kind === "activity" ? "activity" : "orchestrator";
    return `The ${what} function '${decision.name}' is not registered. On Azure the instance would stay Running for ever, without an error.`;
  }
  return undefined;
}

/** Whatever the episode has seen counts as played, except the markers that begin an episode. */
const played = (event: HistoryEvent): HistoryEvent =>
  event.EventType === EventType.OrchestratorStarted ? event : { ...event, IsPlayed: true };

function nextGeneration(nowMs: number, ended: Generation, continued: ContinueDecision): Generation {
  const { Name, ParentInstance, Version } = startEvent(ended);
  const executionId = randomUUID().replaceAll("-", "");
  const begin = executionStarted({
    instanceId: ended.instanceId,
    executionId,
    name: Name,
    input: continued.input,
    parent: ParentInstance,
    generation: null,
    version: Version ?? null,
    nowMs,
  });
  const started: HistoryEvent = { EventType: EventType.OrchestratorStarted, ...stamp(nowMs) };
  const completed: HistoryEvent = { EventType: EventType.OrchestratorCompleted, ...stamp(nowMs) };
  const carried = continued.carried.map(played);
  return { instanceId: ended.instanceId, executionId, past: [], fresh: [started, begin, ...carried, completed] };
}

function scheduledEvent(decision: Decision, nowMs: number): HistoryEvent[] {
  const common = stamp(nowMs, decision.id);
  switch (decision.kind) {
    case "activity":
      return [{ EventType: EventType.TaskScheduled, Name: decision.name, ...common }];
    case "child": {
      const { name: Name, instanceId: InstanceId } = decision;
      return [{ EventType: EventType.SubOrchestrationInstanceCreated, Name, InstanceId, ...common }];
    }
    case "timer":
      return [{ EventType: EventType.TimerCreated, FireAt: new Date(decision.fireAtMs).toISOString(), ...common }];
    case "complete": {
      const { status: OrchestrationStatus, result: Result } = decision;
      return [{ EventType: EventType.ExecutionCompleted, OrchestrationStatus, Result, ...common }];
    }
    case "continueAsNew":
      return [];
  }
}

function conclude(
  context: EpisodeContext,
  episode: { instance: Instance; generation: Generation; decisions: readonly Decision[] },
): EpisodeResult {
  const { instance, generation, decisions } = episode;
  const nowMs = context.now();
  const marker: HistoryEvent = { EventType: EventType.OrchestratorCompleted, ...stamp(nowMs) };
  const scheduled = decisions.flatMap((decision) => scheduledEvent(decision, nowMs));
  // A continued generation has its marker from the beginning, and gets another only after something new.
  const isMarked = generation.fresh.at(-1)?.EventType === EventType.OrchestratorCompleted && scheduled.length === 0;
  const end = isMarked ? [] : [marker];
  const history = [...generation.past, ...generation.fresh.map(played), ...scheduled, ...end];
  return {
    instance: { ...instance, ...statusAfter(history, decisions), updatedMs: nowMs },
    history,
    stored: generation.past.length,
    decisions,
    executionId: generation.executionId,
  };
}

function statusAfter(
  history: readonly HistoryEvent[],
  decisions: readonly Decision[],
): Pick<Instance, "status" | "output"> {
  const end = decisions.find((decision) => decision.kind === "complete");
  if (end !== undefined) return { status: end.status, output: end.result };
  const last = history.findLast(
    (event) => event.EventType === EventType.ExecutionSuspended || event.EventType === EventType.ExecutionResumed,
  );
  if (last === undefined || !("Reason" in last)) return { status: "Running", output: null };
  const isSuspended = last.EventType === EventType.ExecutionSuspended;
  return { status: isSuspended ? "Suspended" : "Running", output: last.Reason };
}
