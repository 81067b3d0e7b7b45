/** Time as the host sees it: read, and wait for. Tests drive it by hand; the process uses the system's. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `wake` once at `atMs` or as soon as possible after it; the result cancels it. */
  wakeAt(atMs: number, wake: () => void): () => void;
}

/** Longest delay that Node's setTimeout accepts; a later wake-up is reached in several waits. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt(atMs, wake) {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const leftMs = atMs - Date.now();
      timer = leftMs > 0 ? setTimeout(wait, Math.min(leftMs, MAX_TIMEOUT_MS)) : setTimeout(wake, 0);
    };
    wait();
    return () => clearTimeout(timer);
  },
};

export interface ManualClock extends Clock {
  /** Moves time forward to `atMs` and wakes everything that is due on the way, in order. Never moves it back. */
  advanceTo(atMs: number): void;
  /** When the next waiting wake-up is due; undefined when nothing waits. */
  nextWakeMs(): number | undefined;
}

/** A clock that stands still until it is told to move. */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  const waiting = new Set<{ atMs: number; wake: () => void }>();
  const firstDue = (untilMs: number) =>
    [...waiting].filter((entry) => entry.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  return {
    now: () => nowMs,
    wakeAt(atMs, wake) {
      const entry = { atMs, wake };
      waiting.add(entry);
      if (atMs <= nowMs) setImmediate(() => waiting.delete(entry) && wake());
      return () => waiting.delete(entry);
    },
    advanceTo(atMs) {
      for (let entry = firstDue(atMs); entry !== undefined; entry = firstDue(atMs)) {
        waiting.delete(entry);
        nowMs = Math.max(nowMs, entry.atMs);
        entry.wake();
      }
      nowMs = Math.max(nowMs, atMs);
    },
    nextWakeMs: () => firstDue(Infinity)?.atMs,
  };
}
