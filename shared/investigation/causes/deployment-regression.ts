import { costly, nameOf } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, seconds } from "./suspicion.ts";

const NEW_SHARE = 0.4;

const SLOWER_BY = 3;

/** A statement that was not there before, or is another one since. */
export const deploymentRegression: CauseRules = {
  cause: "deployment_regression",
  explains: ["cpu", "io", "latency", "memory", "connections", "temp_files", "any"],
  weigh: (seen) => {
    const { earlier } = seen;
    if (earlier === null || seen.wasReset) return [];
    return costly(seen)
      .filter(({ share: part }) => part >= NEW_SHARE)
      .flatMap((one): Suspicion[] => {
        const before = earlier.get(one.statement.key);
        const isNew = before === undefined && one.delta.calls === one.delta.allCalls && one.delta.calls >= 4;
        const isSlower =
          before !== undefined &&
          before > 0 &&
          one.delta.meanMs >= before * SLOWER_BY &&
          one.delta.meanMs - before >= 5;
        if (!isNew && !isSlower) return [];
        const subject = nameOf(one.statement.key);
        return [
          {
            proven: true,
            cause: "deployment_regression",
            subject,
            statement: isNew
              ? `${subject} takes ${percentOf(one.share)} of the time, and did not exist ${seconds(seen.interval.seconds)} ago.`
              : `${subject} takes ${one.delta.meanMs.toFixed(1)} ms instead of ${(before ?? 0).toFixed(1)} ms since ${seconds(seen.interval.seconds)}.`,
            impact: Math.min(0.5, one.share * 0.5),
            for: [
              point(
                "pg_stat_statements",
                isNew
                  ? `Its first call fell into this time: ${count(one.delta.calls)} calls of ${one.delta.meanMs.toFixed(1)} ms.`
                  : `Its mean was ${(before ?? 0).toFixed(1)} ms in earlier readings and is ${one.delta.meanMs.toFixed(1)} ms now.`,
                { calls: one.delta.calls, meanMs: one.delta.meanMs, beforeMs: before ?? null },
              ),
            ],
            against: [],
            mending: null,
            recommendation: `Ask what was deployed in the ${seconds(seen.interval.seconds)} before ${seen.interval.to.slice(11, 16)} UTC; take it back, or mend ${subject}.`,
          },
        ];
      });
  },
};
