// The figures of the last hours, in memory: what rules look back on and what the metrics API gives out.
import type { Aggregation } from "./rules.ts";

/** Figures by metric name; a metric that cannot be measured here is left out. */
export type Figures = Readonly<Record<string, number>>;

const KEEP_MS = 2 * 3_600_000;

export type History = ReturnType<typeof createHistory>;

export function createHistory() {
  const samples: { at: number; figures: Figures }[] = [];
  return {
    add(at: number, figures: Figures): void {
      samples.push({ at, figures });
      const oldest = samples.findIndex((sample) => sample.at >= at - KEEP_MS);
      // In bunches, so that not every sample moves the whole array.
      if (oldest > 600) samples.splice(0, oldest);
    },
    /** Values of a metric with from ≤ time < to, oldest first. */
    values: (metric: string, from: number, to: number): number[] =>
      samples.flatMap(({ at, figures }) => {
        const value = figures[metric];
        return at >= from && at < to && value !== undefined ? [value] : [];
      }),
    latest: (metric: string): number | undefined =>
      samples.findLast(({ figures }) => metric in figures)?.figures[metric],
  };
}

/** One figure for several; undefined without any. */
export function aggregate(values: readonly number[], how: Aggregation): number | undefined {
  if (values.length === 0) return undefined;
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (how) {
    case "Average":
      return total / values.length;
    case "Total":
      return total;
    case "Maximum":
      return values.reduce((most, value) => Math.max(most, value));
    case "Minimum":
      return values.reduce((least, value) => Math.min(least, value));
  }
}
