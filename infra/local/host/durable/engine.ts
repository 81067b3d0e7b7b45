import type { Clock } from "../clock.ts";
import { triggerOf, type Invoke, type LogSink } from "../invocation.ts";
import type { App, RegisteredFunction } from "../functions-core.ts";
import { createActivityRunner } from "./activity-runner.ts";
import { createCommands, isFinal, type Commands } from "./commands.ts";
import { commitEpisode } from "./commit.ts";
import { runEpisode, type EpisodeContext } from "./episode.ts";
import type { HistoryEvent } from "./events.ts";
import type { Message, Store } from "./store.ts";
import { laterAppsOf } from "./versions.ts";

/**
 * Chooses which waiting messages the next episode takes, and in which order; an empty list leaves them waiting.
 * Only the conformance suite gives one, to repeat the batches of a recording.
 */
export type Admit = (instanceId: string, waiting: readonly Message[]) => readonly Message[];

export interface EngineOptions {
  readonly app: App;
  readonly invoke: Invoke;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: LogSink;
  readonly admit?: Admit;
  /** host.json: durableTask.defaultVersion. New instances get it; those of a later version are left to a later app. */
  readonly defaultVersion?: string;
}

export interface Engine {
  readonly commands: Commands;
  /** Begins to deliver what is waiting, also from before a crash. */
  start(): void;
  /** Looks for work; for tests that hold messages back. */
  wake(): void;
  /** Takes no new work and waits for what runs. */
  stop(): Promise<void>;
}

/** Episodes and activities that run at once (host.json: maxConcurrentOrchestratorFunctions and …ActivityFunctions). */
const MAX_CONCURRENT = 10;

function functionsOf(app: App, triggerType: string): Map<string, RegisteredFunction> {
  return new Map([...app.functions].filter(([, fn]) => triggerOf(fn).type.toLowerCase() === triggerType.toLowerCase()));
}

function episodeContext({ app, invoke, clock, log }: EngineOptions): EpisodeContext {
  const orchestrators = functionsOf(app, "orchestrationTrigger");
  const activities = functionsOf(app, "activityTrigger");
  return {
    invoke,
    orchestrator: (name) => orchestrators.get(name.toLowerCase()),
    activity: (name) => activities.get(name.toLowerCase()),
    orchestratorNames: () => [...orchestrators.values()].map((fn) => fn.name),
    now: () => clock.now(),
    log,
  };
}

/** Delivers messages to orchestrations and runs their activities. */
export function createEngine(options: EngineOptions): Engine {
  const { store, clock, log, defaultVersion = null } = options;
  const context = episodeContext(options);
  const isOfLaterApp = laterAppsOf(defaultVersion, log);
  const busy = new Map<string, Promise<void>>();
  let running = false;
  let cancelWake = (): void => undefined;

  const wake = (): void => {
    if (!running) return;
    activityRunner.fill();
    const due = store.dueMessages(clock.now());
    for (const instanceId of new Set(due.map((message) => message.instanceId))) {
      if (busy.size >= MAX_CONCURRENT) break;
      if (busy.has(instanceId)) continue;
      const waiting = due.filter((message) => message.instanceId === instanceId);
      const events = (): HistoryEvent[] => [...store.history(instanceId), ...waiting.map(({ event }) => event)];
      if (isOfLaterApp(instanceId, events)) continue;
      const admitted = options.admit?.(instanceId, waiting) ?? waiting;
      if (admitted.length > 0) busy.set(instanceId, work(instanceId, admitted));
    }
    cancelWake();
    const nextMs = store.nextMessageMs(clock.now());
    cancelWake = nextMs === undefined ? () => undefined : clock.wakeAt(nextMs, wake);
  };

  const work = async (instanceId: string, messages: readonly Message[]): Promise<void> => {
    try {
      await deliver({ store, context, defaultVersion }, instanceId, messages);
    } catch (error) {
      // A defect of this host: leave the messages for the next start rather than lose them.
      log({ level: "error", functionName: instanceId, message: `The episode failed in the host: ${String(error)}` });
      throw error;
    } finally {
      busy.delete(instanceId);
      setImmediate(wake);
    }
  };

  const activityRunner = createActivityRunner({
    store,
    invoke: options.invoke,
    activity: context.activity,
    now: context.now,
    limit: MAX_CONCURRENT,
    onDone: () => setImmediate(wake),
  });

  return {
    commands: createCommands({ store, now: context.now, wake: () => setImmediate(wake), defaultVersion }),
    start() {
      running = true;
      wake();
    },
    wake,
    async stop() {
      running = false;
      cancelWake();
      await Promise.all([...busy.values(), activityRunner.drain()]);
    },
  };
}

/** Gives messages to their instance; those for an execution that is over are dropped. */
async function deliver(
  { store, context, defaultVersion }: { store: Store; context: EpisodeContext; defaultVersion: string | null },
  instanceId: string,
  messages: readonly Message[],
): Promise<void> {
  const instance = store.instance(instanceId);
  const isWanted = (message: Message): boolean =>
    instance !== undefined &&
    !isFinal(instance) &&
    (message.executionId === null || message.executionId === instance.executionId);
  const wanted = messages.filter(isWanted).map((message) => message.event);
  const taken = messages.map((message) => message.id);
  if (instance === undefined || wanted.length === 0) {
    store.transaction(() => taken.forEach(store.deleteMessage));
    return;
  }
  const result = await runEpisode(context, instance, { past: store.history(instanceId), messages: wanted });
  if (!store.isOpen()) return;
  commitEpisode({ store, nowMs: context.now(), defaultVersion }, { startedAs: instance, taken, result });
}
