import type { RegisteredFunction } from "../functions-core.ts";
import type { Invoke } from "../invocation.ts";
import { callActivity, type ActivityOutcome } from "./activity-call.ts";
import { EventType, stamp, type HistoryEvent } from "./events.ts";
import type { PendingActivity, Store } from "./store.ts";

interface RunnerOptions {
  readonly store: Store;
  readonly invoke: Invoke;
  readonly activity: (name: string) => RegisteredFunction | undefined;
  readonly now: () => number;
  readonly limit: number;
  readonly onDone: () => void;
}

/**
 * Runs queued activities. A call leaves the queue in the transaction that stores its outcome, so a crash in between
 * runs it again: at least once, as on Azure.
 */
export function createActivityRunner(options: RunnerOptions) {
  const running = new Map<number, Promise<void>>();
  const run = async (call: PendingActivity): Promise<void> => {
    const definition = options.activity(call.name);
    const outcome: ActivityOutcome =
      definition === undefined
        ? { kind: "failed", reason: `The activity function '${call.name}' is not registered any more.`, details: "" }
        : await callActivity(options.invoke, definition, call);
    if (!options.store.isOpen()) return;
    options.store.transaction(() => {
      options.store.removeActivity(call.id);
      const { instanceId, executionId } = call;
      const event = outcomeEvent(call.taskId, outcome, options.now());
      options.store.send({ instanceId, executionId, visibleMs: options.now(), event });
    });
    running.delete(call.id);
    options.onDone();
  };
  return {
    /** Starts waiting calls up to the limit. */
    fill(): void {
      const waiting = options.store.pendingActivities().filter((call) => !running.has(call.id));
      for (const call of waiting.slice(0, options.limit - running.size)) running.set(call.id, run(call));
    },
    drain: async (): Promise<void> => void (await Promise.all(running.values())),
  };
}

function outcomeEvent(taskId: number, outcome: ActivityOutcome, nowMs: number): HistoryEvent {
  const common = { TaskScheduledId: taskId, ...stamp(nowMs) };
  return outcome.kind === "completed"
    ? { EventType: EventType.TaskCompleted, Result: outcome.result, ...common }
    : { EventType: EventType.TaskFailed, Reason: outcome.reason, Details: outcome.details, ...common };
}
