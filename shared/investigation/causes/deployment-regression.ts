import { msBetween } from "../../core/time.ts";
import type { Observed } from "../observed.ts";
import { type Costly, isBusyWith, nameOf, recurring } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, seconds } from "./suspicion.ts";

const NEW_SHARE = 0.4;
const SLOWER_BY = 3;
const SLOWER_BY_MS = 5;
/** A mean over fewer calls than this is an accident; an application that called less was not at work yet. */
const CALLS_OF_BEFORE = 10;

/** A statement that was not there before, or is another one since, on a server that was at work before. */
export const deploymentRegression: CauseRules = {
  cause: "deployment_regression",
  explains: ["cpu", "io", "latency", "memory", "connections", "temp_files", "any"],
  weigh: (seen) => {
    const { earlier } = seen;
    if (earlier === null || seen.wasReset || !isBusyWith(seen)) return [];
    return recurring(seen)
      .filter(({ share }) => share >= NEW_SHARE)
      .flatMap((one) => weigh(seen, one, earlier) ?? []);
  },
};

function weigh(seen: Observed, one: Costly, earlier: NonNullable<Observed["earlier"]>): Suspicion | null {
  const before = earlier.statements.get(one.statement.key);
  const subject = nameOf(one.statement.key);
  const ago = seconds(msBetween(earlier.at, seen.interval.to) / 1_000);
  const { meanMs, allCalls } = one.delta;
  // Where nothing ran before, what runs now is no change: the application has begun its day.
  const isNew = before === undefined && earlier.isComplete && wasAtWork(seen, earlier);
  const isSlower =
    before !== undefined &&
    before.calls >= CALLS_OF_BEFORE &&
    meanMs >= before.meanMs * SLOWER_BY &&
    meanMs - before.meanMs >= SLOWER_BY_MS;
  if (!isNew && !isSlower) return null;
  return {
    proven: true,
    cause: "deployment_regression",
    subject,
    statement:
      before === undefined
        ? `${subject} takes ${percentOf(one.share)} of the time, and did not exist ${ago} ago.`
        : `${subject} takes ${meanMs.toFixed(1)} ms; ${ago} ago its mean was ${before.meanMs.toFixed(1)} ms.`,
    impact: Math.min(0.5, one.share * 0.5),
    for: [
      point(
        "pg_stat_statements",
        before === undefined
          ? `${ago} ago the server did not know it: ${count(allCalls)} calls of ${meanMs.toFixed(1)} ms since.`
          : `Its mean was ${before.meanMs.toFixed(1)} ms over ${count(before.calls)} calls, and is ${meanMs.toFixed(1)} ms now.`,
        { calls: allCalls, meanMs, beforeMs: before?.meanMs ?? null },
      ),
    ],
    against: [],
    mending: null,
    recommendation: `Ask what was deployed in the ${ago} before ${seen.interval.to.slice(11, 16)} UTC; take it back, or mend ${subject}.`,
  };
}

/** Whether statements that run now ran before, often enough to be an application at work. */
const wasAtWork = ({ interval }: Observed, { statements }: NonNullable<Observed["earlier"]>): boolean =>
  interval.statements.some(({ key }) => (statements.get(key)?.calls ?? 0) >= CALLS_OF_BEFORE);
