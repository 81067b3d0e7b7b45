import { randomUUID } from "node:crypto";
import { createInstance } from "./commit.ts";
import { EventType, executionStarted, stamp, type HistoryEvent } from "./events.ts";
import type { Instance, RuntimeStatus, Store } from "./store.ts";

export type StartOutcome =
  | { readonly kind: "started"; readonly instanceId: string }
  | { readonly kind: "conflict"; readonly status: RuntimeStatus };

export type CommandOutcome =
  | { readonly kind: "accepted" }
  | { readonly kind: "missing" }
  | { readonly kind: "final"; readonly status: RuntimeStatus }
  | { readonly kind: "wrongState"; readonly status: RuntimeStatus };

export type Commands = ReturnType<typeof createCommands>;

const FINAL: readonly RuntimeStatus[] = ["Completed", "Failed", "Terminated"];
/** An ended instance takes no more messages. */
export const isFinal = (instance: Instance): boolean => FINAL.includes(instance.status);

type Place = { store: Store; now: () => number; wake: () => void; defaultVersion: string | null };

/** Everything that callers outside an orchestration can do with instances; each is one transaction. */
export function createCommands(options: Place) {
  const { store, now, wake } = options;

  const send = (instanceId: string, event: HistoryEvent): void => {
    store.send({ instanceId, executionId: null, visibleMs: now(), event });
    wake();
  };
  const toLiving = (
    instanceId: string,
    event: HistoryEvent,
    allowed?: (status: RuntimeStatus) => boolean,
  ): CommandOutcome =>
    store.transaction(() => {
      const instance = store.instance(instanceId);
      if (instance === undefined) return { kind: "missing" };
      if (isFinal(instance)) return { kind: "final", status: instance.status };
      if (allowed?.(instance.status) === false) return { kind: "wrongState", status: instance.status };
      send(instanceId, event);
      return { kind: "accepted" };
    });

  return {
    ...starting(options),
    raiseEvent: (instanceId: string, name: string, input: string): CommandOutcome =>
      toLiving(instanceId, { EventType: EventType.EventRaised, Name: name, Input: input, ...stamp(now()) }),
    terminate: (instanceId: string, reason: string | null): CommandOutcome =>
      toLiving(instanceId, { EventType: EventType.ExecutionTerminated, Input: reason, ...stamp(now()) }),
    suspend: (instanceId: string, reason: string | null): CommandOutcome =>
      toLiving(
        instanceId,
        { EventType: EventType.ExecutionSuspended, Reason: reason, ...stamp(now()) },
        (status) => status !== "Suspended",
      ),
    resume: (instanceId: string, reason: string | null): CommandOutcome =>
      toLiving(
        instanceId,
        { EventType: EventType.ExecutionResumed, Reason: reason, ...stamp(now()) },
        (status) => status === "Suspended",
      ),
    ...keeping(store),
  };
}

const starting = ({ store, now, wake, defaultVersion }: Place) => ({
  /**
   * Starts an orchestration; an id whose instance has ended, or has not begun, is replaced. `input` is JSON text. The instance keeps its
   * version: the one that is asked for, else the app's.
   */
  start(name: string, input: string | null, wishedId?: string, version = defaultVersion): StartOutcome {
    const instanceId = wishedId ?? randomUUID().replaceAll("-", "");
    return store.transaction(() => {
      const existing = store.instance(instanceId);
      if (existing?.status === "Running" || existing?.status === "Suspended") {
        return { kind: "conflict", status: existing.status };
      }
      const generation = existing !== undefined && isFinal(existing) ? (existing.generation ?? 0) + 1 : 0;
      const executionId = randomUUID();
      const nowMs = now();
      const event = executionStarted({
        instanceId,
        executionId,
        name,
        input,
        parent: null,
        generation,
        version,
        nowMs,
      });
      createInstance(store, nowMs, event);
      wake();
      return { kind: "started", instanceId };
    });
  },
});

/** Reading and forgetting. */
const keeping = (store: Store) => ({
  /** Forgets an ended instance. */
  purge: (instanceId: string): CommandOutcome =>
    store.transaction(() => {
      const instance = store.instance(instanceId);
      if (instance === undefined) return { kind: "missing" };
      if (!isFinal(instance)) return { kind: "wrongState", status: instance.status };
      store.deleteInstance(instanceId);
      return { kind: "accepted" };
    }),
  instance: (instanceId: string): Instance | undefined => store.instance(instanceId),
  instances: (): Instance[] => store.instances(),
  history: (instanceId: string): HistoryEvent[] => store.history(instanceId),
});
