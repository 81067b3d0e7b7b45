import { randomUUID } from "node:crypto";
import { EventType, executionStarted, stamp, type HistoryEvent } from "./events.ts";
import type { EpisodeResult } from "./episode.ts";
import type { ChildDecision, CompleteDecision } from "./decisions.ts";
import type { Instance, Store } from "./store.ts";

/** `defaultVersion`: what a child is started with, as an instance is. */
type Place = { store: Store; nowMs: number; defaultVersion: string | null };

interface Episode {
  /** The instance as it was when the episode began. */
  readonly startedAs: Instance;
  /** Ids of the messages that the episode consumed. */
  readonly taken: readonly number[];
  readonly result: EpisodeResult;
}

/**
 * Applies an episode in one transaction: messages consumed, history and status written, new work queued. If the
 * instance was replaced or purged meanwhile, only the messages go.
 */
export function commitEpisode(place: Place, episode: Episode): void {
  const { store } = place;
  const { startedAs, taken, result } = episode;
  store.transaction(() => {
    taken.forEach(store.deleteMessage);
    const current = store.instance(startedAs.instanceId);
    if (current?.executionId !== startedAs.executionId) return;
    store.saveInstance(result.instance);
    store.saveHistory(startedAs.instanceId, result.stored, result.history.slice(result.stored));
    applyDecisions(place, result);
  });
}

function applyDecisions(
  { store, nowMs, defaultVersion }: Place,
  { instance, executionId, decisions }: EpisodeResult,
): void {
  const { instanceId } = instance;
  for (const decision of decisions) {
    switch (decision.kind) {
      case "activity": {
        const { id: taskId, name, input } = decision;
        store.addActivity({ instanceId, executionId, taskId, name, input });
        break;
      }
      case "timer": {
        const FireAt = new Date(decision.fireAtMs).toISOString();
        const event: HistoryEvent = { EventType: EventType.TimerFired, TimerId: decision.id, FireAt, ...stamp(nowMs) };
        store.send({ instanceId, executionId, visibleMs: Math.max(decision.fireAtMs, nowMs), event });
        break;
      }
      case "child":
        startChild({ store, nowMs, defaultVersion }, { parent: instance, executionId, decision });
        break;
      case "complete":
        tellParent(store, nowMs, { instance, decision });
        break;
      case "continueAsNew":
        break;
    }
  }
}

/** A child takes its id over, whatever instance had it: so does the real host, without an error. */
function startChild(
  { store, nowMs, defaultVersion }: Place,
  { parent, executionId, decision }: { parent: Instance; executionId: string; decision: ChildDecision },
): void {
  const event = executionStarted({
    instanceId: decision.instanceId,
    executionId: randomUUID().replaceAll("-", ""),
    name: decision.name,
    input: decision.input,
    parent: {
      Name: parent.name,
      OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: executionId },
      TaskScheduleId: decision.id,
      Version: null,
    },
    generation: null,
    version: defaultVersion,
    nowMs,
  });
  createInstance(store, nowMs, event);
}

/** Creates (or replaces) an instance and queues its first event. */
export function createInstance(store: Store, nowMs: number, event: ReturnType<typeof executionStarted>): void {
  const { InstanceId: instanceId, ExecutionId: executionId } = event.OrchestrationInstance;
  store.deleteInstance(instanceId);
  store.saveInstance({
    instanceId,
    executionId,
    name: event.Name,
    status: "Pending",
    input: event.Input,
    output: null,
    customStatus: null,
    createdMs: nowMs,
    updatedMs: nowMs,
    generation: event.Generation,
    parent: event.ParentInstance,
  });
  store.send({ instanceId, executionId, visibleMs: nowMs, event });
}

function tellParent(
  store: Store,
  nowMs: number,
  { instance, decision }: { instance: Instance; decision: CompleteDecision },
): void {
  const { parent } = instance;
  if (parent === null) return;
  const common = { TaskScheduledId: parent.TaskScheduleId, ...stamp(nowMs) };
  const reason = decision.result ?? "";
  const cause = reason.replace(/^Orchestrator function '[^']*' failed: /, "");
  const event: HistoryEvent =
    decision.status === "Completed"
      ? { EventType: EventType.SubOrchestrationInstanceCompleted, Result: decision.result ?? "null", ...common }
      : {
          EventType: EventType.SubOrchestrationInstanceFailed,
          Reason: reason,
          Details: `Message: ${cause}, StackTrace:`,
          ...common,
        };
  const { InstanceId: instanceId, ExecutionId: executionId } = parent.OrchestrationInstance;
  store.send({ instanceId, executionId, visibleMs: nowMs, event });
}
