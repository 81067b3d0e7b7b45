import type { Observed } from "../observed.ts";
import type { QueryProblem } from "../../advisor/query-problems.ts";
import { nameOf, recurring } from "./statements.ts";
import { type CauseRules, count, percentOf, point, type Suspicion } from "./suspicion.ts";

const SHARE_TO_BLAME = 0.2;

/** What no index mends: the query itself stands in the way. Found in the query's syntax and plan. */
const rulesOf = (cause: QueryProblem["cause"]): CauseRules => ({
  cause,
  explains: ["cpu", "io", "latency", "memory", "temp_files", "any"],
  weigh: (seen) =>
    seen.planProblems.filter((problem) => problem.cause === cause).map((problem) => weigh(seen, problem)),
});

export const planProblemRules: readonly CauseRules[] = (
  ["cast_mismatch", "function_on_column", "or_across_tables", "missing_pruning"] as const
).map(rulesOf);

function weigh(seen: Observed, problem: QueryProblem): Suspicion {
  const subject = nameOf(problem.key);
  const found = recurring(seen).find(({ statement }) => statement.key === problem.key);
  if (found === undefined || found.share < SHARE_TO_BLAME)
    return {
      proven: false,
      cause: problem.cause,
      subject,
      because: "it takes too little of the time",
      for: [],
      against: [],
    };
  if (problem.cause === "cast_mismatch" && !isReadWhole(seen, problem, found.delta.calls))
    return {
      proven: false,
      cause: problem.cause,
      subject,
      because: `${problem.table} was hardly ever read from end to end: the index is in use`,
      for: [],
      against: [],
    };
  if (seen.advice.chosen.some(({ gains }) => gains.some(({ statement }) => statement.key === problem.key)))
    return {
      proven: false,
      cause: problem.cause,
      subject,
      because: "an index serves the query as it is",
      for: [],
      against: [],
    };
  return {
    proven: true,
    cause: problem.cause,
    subject,
    statement: `${subject}: ${problem.statement}`,
    impact: Math.min(1, found.share),
    for: [
      point(
        "pg_stat_statements",
        `${count(found.delta.calls)} calls of ${found.delta.meanMs.toFixed(1)} ms, ${count(found.delta.blocksPerCall)} blocks each: ${percentOf(found.share)} of the time.`,
        { calls: found.delta.calls, share: found.share },
      ),
      point("planner_clone", problem.evidence, { table: problem.table, columns: problem.columns.join(", ") }),
    ],
    against: [],
    mending: null,
    recommendation: problem.recommendation,
  };
}

/** Whether a table was read from end to end about as often as the statement was called. */
function isReadWhole({ tables, interval }: Observed, { table }: QueryProblem, calls: number): boolean {
  const scans = tables
    .filter((known) => known.table === table)
    .map(({ oid }) => interval.tables.get(oid)?.seqScans ?? 0);
  return Math.max(0, ...scans) >= calls / 2;
}
