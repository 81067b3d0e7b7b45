import type { WindowFigures } from "../contracts/outcome.ts";
import { pooled } from "../core/statistics.ts";
import type { Interval } from "./interval.ts";

/** The figures of some statements, taken together, over an interval. */
export function figuresOf(interval: Interval, keys: readonly string[], cpuPercent: number | null): WindowFigures {
  const statements = interval.statements.filter(({ key }) => keys.includes(key));
  const moments = statements
    .map(({ calls, meanMs, stddevMs }) => ({ calls, mean: meanMs, stddev: stddevMs }))
    .reduce(pooled, { calls: 0, mean: 0, stddev: 0 });
  const blocks = statements.reduce((sum, { blocksPerCall, calls }) => sum + blocksPerCall * calls, 0);
  const tempBlocks = statements.reduce((sum, { tempBlocksPerCall, calls }) => sum + tempBlocksPerCall * calls, 0);
  return {
    from: interval.from,
    to: interval.to,
    calls: moments.calls,
    meanMs: moments.mean,
    stddevMs: moments.stddev,
    blocksPerCall: moments.calls > 0 ? blocks / moments.calls : 0,
    tempBlocksPerCall: moments.calls > 0 ? tempBlocks / moments.calls : 0,
    cpuPercent,
  };
}
