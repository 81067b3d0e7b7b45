/** Count, mean and population standard deviation, as pg_stat_statements keeps them since its last reset. */
export type Moments = { calls: number; mean: number; stddev: number };

/**
 * The moments of the calls between two readings of cumulative moments: Chan's pairwise update, solved for the later part.
 * M2 is the sum of squared deviations (calls × stddev²). Rounding may leave a tiny negative M2, which is zero.
 */
export function momentsBetween(first: Moments, second: Moments): Moments {
  const calls = second.calls - first.calls;
  if (calls <= 0) return { calls: 0, mean: 0, stddev: 0 };
  const mean = (second.mean * second.calls - first.mean * first.calls) / calls;
  const delta = mean - first.mean;
  const m2 =
    second.calls * second.stddev ** 2 -
    first.calls * first.stddev ** 2 -
    (delta ** 2 * first.calls * calls) / second.calls;
  return { calls, mean: Math.max(0, mean), stddev: Math.sqrt(Math.max(0, m2) / calls) };
}

/** The moments of two sets of calls taken together. */
export function pooled(a: Moments, b: Moments): Moments {
  const calls = a.calls + b.calls;
  if (calls === 0) return { calls: 0, mean: 0, stddev: 0 };
  const mean = (a.mean * a.calls + b.mean * b.calls) / calls;
  const m2 = a.calls * a.stddev ** 2 + b.calls * b.stddev ** 2 + ((b.mean - a.mean) ** 2 * a.calls * b.calls) / calls;
  return { calls, mean, stddev: Math.sqrt(m2 / calls) };
}

/**
 * Welch's t for "the mean fell from `before` to `after`": positive when it fell. Infinite when neither side varies.
 * With ≥ 30 calls a side, t > 2.46 is significant at one-sided α = 0.01 (df ≥ 29).
 */
export function welchT(before: Moments, after: Moments): number {
  const difference = before.mean - after.mean;
  const variance = before.stddev ** 2 / before.calls + after.stddev ** 2 / after.calls;
  if (variance === 0) return difference === 0 ? 0 : Math.sign(difference) * Number.POSITIVE_INFINITY;
  return difference / Math.sqrt(variance);
}

/** Critical value of Welch's t, one-sided α = 0.01 at 29 degrees of freedom: the strictest that 30 calls a side can need. */
export const T_CRITICAL = 2.462;
