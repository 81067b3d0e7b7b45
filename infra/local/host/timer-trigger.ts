import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Store } from "./durable/store.ts";
import type { App, RegisteredFunction } from "./functions-core.ts";
import { triggerOf, type Invoke, type LogSink } from "./invocation.ts";
import { parseSchedule, type Schedule } from "./ncrontab.ts";

const ScheduleStatus = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });
type ScheduleStatus = z.infer<typeof ScheduleStatus>;

interface TimerOptions {
  readonly app: App;
  readonly invoke: Invoke;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: LogSink;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

interface TimerFunction {
  readonly definition: RegisteredFunction;
  readonly schedule: Schedule;
  /** Whether the host remembers the schedule, so that a missed run is made up for. */
  readonly isMonitored: boolean;
  readonly runOnStartup: boolean;
}

/** What `last` is before the first run. */
const NEVER = "0001-01-01T00:00:00+00:00";
const toIso = (ms: number): string => new Date(ms).toISOString().replace(".000Z", "Z").replace("Z", "+00:00");

function timerFunctions({ app, settings }: TimerOptions): TimerFunction[] {
  const timers = [...app.functions.values()].filter((fn) => triggerOf(fn).type.toLowerCase() === "timertrigger");
  return timers.map((definition) => {
    const { options } = triggerOf(definition);
    const schedule = parseSchedule(String(options["schedule"]), settings);
    const isMonitored = options["useMonitor"] !== false && !schedule.isSubMinute;
    return { definition, schedule, isMonitored, runOnStartup: options["runOnStartup"] === true };
  });
}

/** Prepares the app's timers; a schedule that cannot be read is an error here. A timer never overlaps with itself. */
export function createTimers(options: TimerOptions) {
  const { store, clock, invoke, log } = options;
  const timers = timerFunctions(options);
  const running = new Set<Promise<void>>();
  const cancels = new Map<string, () => void>();
  let stopped = false;

  const status = ({ definition, isMonitored }: TimerFunction): ScheduleStatus | null =>
    isMonitored ? (ScheduleStatus.optional().parse(store.timerState(definition.name)) ?? null) : null;
  const save = (timer: TimerFunction, last: string): void => {
    const nowMs = clock.now();
    const state = { Last: last, Next: toIso(timer.schedule.nextMs(nowMs)), LastUpdated: toIso(nowMs) };
    if (timer.isMonitored && store.isOpen()) store.saveTimerState(timer.definition.name, state);
  };

  const run = async (timer: TimerFunction, isPastDue: boolean): Promise<void> => {
    const trigger = { Schedule: { AdjustForDST: true }, ScheduleStatus: status(timer), IsPastDue: isPastDue };
    const startedMs = clock.now();
    const result = await invoke({ function: timer.definition, trigger: { json: JSON.stringify(trigger) } });
    if (result.kind === "threw") log({ level: "error", functionName: timer.definition.name, message: result.stack });
    save(timer, toIso(startedMs));
  };
  const runTracked = (timer: TimerFunction, isPastDue: boolean): void => {
    const done = run(timer, isPastDue).then(() => {
      running.delete(done);
      wait(timer);
    });
    running.add(done);
  };
  const wait = (timer: TimerFunction): void => {
    if (stopped) return;
    const { name } = timer.definition;
    cancels.set(
      name,
      clock.wakeAt(timer.schedule.nextMs(clock.now()), () => runTracked(timer, false)),
    );
  };
  const begin = (timer: TimerFunction): void => {
    const known = status(timer);
    if (known === null) save(timer, NEVER);
    const isPastDue = known !== null && Date.parse(known.Next) < clock.now();
    if (isPastDue || timer.runOnStartup) runTracked(timer, isPastDue);
    else wait(timer);
  };

  return {
    start: (): void => timers.forEach(begin),
    /** Runs a timer now, as the admin API does; false when no timer has this name. */
    runNow(name: string): boolean {
      const timer = timers.find(({ definition }) => definition.name.toLowerCase() === name.toLowerCase());
      if (timer === undefined) return false;
      cancels.get(timer.definition.name)?.();
      runTracked(timer, false);
      return true;
    },
    async stop(): Promise<void> {
      stopped = true;
      for (const cancel of cancels.values()) cancel();
      await Promise.all(running);
    },
  };
}
