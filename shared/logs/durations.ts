/** Eight steps for each doubling: a percentile is at most 9 % off. From 1 µs to 12 days. */
const STEPS = 8;
const DOUBLINGS = 40;

/** Durations in milliseconds, kept as counts: 1.3 kB however many there are. Most statements of a strange log come once: those need none. */
export type Durations = { count: number; totalMs: number; maxMs: number; counts: Uint32Array | null };

export const noDurations = (): Durations => ({ count: 0, totalMs: 0, maxMs: 0, counts: null });

export function addDuration(durations: Durations, ms: number): void {
  if (durations.count === 1) durations.counts = counted(new Uint32Array(STEPS * DOUBLINGS), durations.totalMs);
  durations.count += 1;
  durations.totalMs += ms;
  if (ms > durations.maxMs) durations.maxMs = ms;
  if (durations.counts !== null) counted(durations.counts, ms);
}

function counted(counts: Uint32Array, ms: number): Uint32Array {
  const step = ms <= 0.001 ? 0 : Math.min(STEPS * DOUBLINGS - 1, Math.floor(Math.log2(ms * 1_000) * STEPS));
  counts[step] = (counts[step] ?? 0) + 1;
  return counts;
}

/** The duration that this share of them stays at or below, in ms; never more than the longest one. */
export function percentileMs({ count, maxMs, counts }: Durations, share: number): number {
  if (counts === null) return maxMs;
  const wanted = Math.max(1, Math.ceil(count * share));
  let seen = 0;
  for (const [step, here] of counts.entries()) {
    seen += here;
    if (seen >= wanted) return Math.min(maxMs, 2 ** ((step + 1) / STEPS) / 1_000);
  }
  return maxMs;
}
