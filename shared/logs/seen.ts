import type { Entry } from "./entry.ts";

/** How often something was seen, and when. */
export type Seen = { count: number; firstMs: number; lastMs: number };

export const notSeen = (): Seen => ({ count: 0, firstMs: Number.NaN, lastMs: Number.NaN });

export function see(seen: Seen, { timeMs }: Entry): void {
  seen.count += 1;
  widen(seen, timeMs);
}

/** The year 10000: what lies beyond is no time. */
const END_OF_TIME_MS = 253_402_300_800_000;

/** Widens a span of time; messages without a time leave it as it is. */
export function widen(span: { firstMs: number; lastMs: number }, timeMs: number): void {
  if (!(timeMs >= 0 && timeMs < END_OF_TIME_MS)) return;
  if (!(span.firstMs <= timeMs)) span.firstMs = timeMs;
  if (!(span.lastMs >= timeMs)) span.lastMs = timeMs;
}
