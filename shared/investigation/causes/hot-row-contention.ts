import { type CauseRules, point, share } from "./suspicion.ts";
import { isLasting, roots } from "./waiting.ts";

const LEAST_CONTENDERS = 3;

/** Many transactions want the same row: the lock changes hands all the time, and nobody is to blame. */
export const hotRowContention: CauseRules = {
  cause: "hot_row_contention",
  explains: ["locks", "latency", "connections", "cpu", "errors", "any"],
  weigh: (seen) => {
    const onRows = seen.lockWaits.filter(({ lock_type: type }) => type === "transactionid" || type === "tuple");
    const changing = roots(seen).filter(({ root }) => !isLasting(seen, root));
    const lasting = roots(seen).filter(({ root }) => isLasting(seen, root));
    if (onRows.length < LEAST_CONTENDERS || seen.sessionsBefore === null || lasting.length > 0) return [];
    const before = seen.sessionsBefore.filter(({ blocked_by: blockers }) => blockers.length > 0).length;
    if (changing.length === 0 || before < LEAST_CONTENDERS) return [];
    const relation = onRows.find(({ lock_type: type }) => type === "tuple")?.relation ?? "one table";
    return [
      {
        proven: true,
        cause: "hot_row_contention",
        subject: relation,
        statement: `${onRows.length} transactions wait for the same rows of ${relation}, each for the one before it.`,
        impact: Math.max(0.5, share(onRows.length, seen.activity.active + onRows.length)),
        for: [
          point("pg_locks", `${onRows.length} sessions wait for a row that another transaction has changed.`, {
            waiting: onRows.length,
          }),
          point("pg_stat_activity", "Who is in front changes from one look to the next: no session holds on.", {
            before,
            now: onRows.length,
          }),
        ],
        against: [],
        mending: null,
        recommendation:
          "Spread the updates over more rows (a counter per worker), queue them with SELECT … FOR UPDATE SKIP LOCKED, or update the row last in its transaction.",
      },
    ];
  },
};
