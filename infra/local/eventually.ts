// Waiting for something that happens elsewhere.
import { setTimeout as sleep } from "node:timers/promises";

type Patience = {
  withinMs?: number;
  everyMs?: number;
  /** What is waited for: it begins the message when it did not happen. */
  what?: string | (() => string);
  signal?: AbortSignal;
};

/** Asks again and again until the answer is not null; rejects when that takes too long or `signal` ends the wait. */
export async function eventually<T>(ask: () => Promise<T | null | undefined>, patience: Patience = {}): Promise<T> {
  const { withinMs = 60_000, everyMs = 100, what = "it", signal } = patience;
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal });
  }
  throw new Error(`${typeof what === "string" ? what : what()} did not happen within ${withinMs / 1000} s`);
}
