import type { OrchestrationContext, Task } from "durable-functions";
import * as df from "durable-functions";
import { type StepInput, type StepName, type StepOutput, steps } from "../shared/contracts/steps.ts";

export type Story<T> = Generator<Task, T, unknown>;

/** An outage is waited out, up to about half an hour; what still fails then is a failed run. */
const RETRY = new df.RetryOptions(2_000, 12);
RETRY.backoffCoefficient = 2;
RETRY.maxRetryIntervalInMilliseconds = 300_000;

/** Calls an activity and parses its answer. Whatever the host makes of a value on its way, the schema has the last word. */
export function* step<Name extends StepName>(
  ctx: OrchestrationContext,
  name: Name,
  input: StepInput<Name>,
): Story<StepOutput<Name>> {
  const answer = yield ctx.df.callActivityWithRetry(name, RETRY, input);
  const value: unknown = typeof answer === "string" ? JSON.parse(answer) : answer;
  // The schema of this very step parsed it; TypeScript cannot follow the index from name to output.
  return steps[name].output.parse(value) as StepOutput<Name>;
}

/** Waits without costing anything. Timers may fire up to a second early, which no caller of this minds. */
export function* pause(ctx: OrchestrationContext, until: Date): Story<void> {
  yield ctx.df.createTimer(until);
}

/** What a failed step says in its first line; after it come kilobytes of the host's own account of the failure. */
export function reasonOf(failure: unknown): string {
  const message = failure instanceof Error ? failure.message : String(failure);
  return message
    .replace(/\n[^]*/, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 300);
}
