import { callInputText, type Action, type CallAction, type ChildAction, type RetryOptions } from "./actions.ts";
import type { ExternalEvents } from "./external-events.ts";
import { Pending } from "./pending.ts";
import type { TaskTable } from "./task-table.ts";

const DAY_MS = 86_400_000;
/** The two limits that the trigger payload tells the SDK as well: longer timers are waited for in pieces. */
const MAX_SHORT_TIMER_MS = 6 * DAY_MS;
const LONG_TIMER_PIECE_MS = 3 * DAY_MS;

export interface PerformerOptions {
  readonly tasks: TaskTable;
  readonly events: ExternalEvents;
  /** The orchestration's time: when the current episode began. */
  readonly nowMs: () => number;
  readonly executionId: string;
  readonly onContinue: (input: string | null) => void;
}

/** Carries actions out, in order. A failed one does not stop the rest: the SDK has seen the failure and gone on. */
export class Performer {
  readonly #options: PerformerOptions;

  constructor(options: PerformerOptions) {
    this.#options = options;
  }

  perform(actions: readonly Action[], done: () => void): void {
    const [first, ...rest] = actions;
    if (first === undefined) return done();
    return this.#begin(first).onSettled(() => this.perform(rest, done));
  }

  #begin(action: Action): Pending {
    if ("functionName" in action) {
      return "retryOptions" in action ? this.#callWithRetry(action, action.retryOptions) : this.#call(action);
    }
    switch (action.actionType) {
      case 4:
        this.#options.onContinue(action.input === undefined ? null : JSON.stringify(action.input));
        return Pending.settled();
      case 5:
        return this.#longTimer(Date.parse(action.fireAt), action.isCanceled);
      case 6:
        return this.#options.events.wait(action.externalEventName);
      case 11:
        return Pending.any(action.compoundActions.map((part) => this.#begin(part)));
      case 12:
        return Pending.all(action.compoundActions.map((part) => this.#begin(part)));
    }
  }

  #call(action: CallAction | ChildAction): Pending {
    const { tasks, executionId } = this.#options;
    const common = { name: action.functionName, input: callInputText(action) };
    if (action.actionType === 0 || action.actionType === 1) {
      return tasks.open((id) => ({ kind: "activity", id, ...common })).task;
    }
    const childId = (id: number): string => action.instanceId ?? `${executionId}:${id}`;
    return tasks.open((id) => ({ kind: "child", id, ...common, instanceId: childId(id) })).task;
  }

  /** Waits after every failure, even the last one, as the framework does: history has that timer too. */
  #callWithRetry(action: CallAction | ChildAction, retry: RetryOptions): Pending {
    const { nowMs } = this.#options;
    const outcome = new Pending();
    const firstAttemptMs = nowMs();
    const attempt = (count: number): void =>
      this.#call(action).onSettled((succeeded) => {
        const delayMs = succeeded ? 0 : retryDelayMs(retry, count, nowMs() - firstAttemptMs);
        if (delayMs === 0) return outcome.settle(succeeded);
        const next = (): void => (count < retry.maxNumberOfAttempts ? attempt(count + 1) : outcome.settle(false));
        return this.#timer(nowMs() + delayMs).task.onSettled(next);
      });
    attempt(1);
    return outcome;
  }

  #timer(fireAtMs: number): { id: number; task: Pending } {
    return this.#options.tasks.open((id) => ({ kind: "timer", id, fireAtMs }));
  }

  #longTimer(fireAtMs: number, isCancelled: boolean): Pending {
    const { nowMs, tasks } = this.#options;
    const outcome = new Pending();
    const wait = (): void => {
      const isLong = fireAtMs - nowMs() > MAX_SHORT_TIMER_MS;
      const { id, task } = this.#timer(isLong ? nowMs() + LONG_TIMER_PIECE_MS : fireAtMs);
      task.onSettled(() => (nowMs() < fireAtMs ? wait() : outcome.settle(true)));
      if (!isCancelled) return;
      tasks.abandon(id);
      outcome.settle(false);
    };
    wait();
    return outcome;
  }
}

function retryDelayMs(retry: RetryOptions, attempt: number, elapsedMs: number): number {
  if (elapsedMs >= (retry.retryTimeoutInMilliseconds ?? Infinity)) return 0;
  const delayMs = retry.firstRetryIntervalInMilliseconds * (retry.backoffCoefficient ?? 1) ** (attempt - 1);
  return Math.ceil(Math.min(delayMs, retry.maxRetryIntervalInMilliseconds ?? Infinity));
}
