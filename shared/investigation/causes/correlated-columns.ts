import { freeName } from "../../core/index-name.ts";
import type { Observed } from "../observed.ts";
import type { ColumnPair } from "../sample-columns.ts";
import { isStale, isMisplanned, misplannedPoint } from "./stale-statistics.ts";
import { targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, point, rejected, type Suspicion } from "./suspicion.ts";

/** The planner multiplies the shares of two conditions: by this factor too small, it counts on the wrong plan. */
const WRONG_BY = 10;
const FEWEST_ROWS = 500;

/** Columns whose values go together, which the planner takes for independent (PostgreSQL documentation, 14.2.2). */
export const correlatedColumns: CauseRules = {
  cause: "correlated_columns",
  explains: ["cpu", "io", "latency", "temp_files", "any"],
  weigh: (seen) => seen.columnPairs.map((pair) => weigh(seen, pair)),
};

function weigh(seen: Observed, { key, table, columns, sample }: ColumnPair): Suspicion {
  const cause = "correlated_columns";
  const subject = `${table.schema}.${table.table}(${columns.join(", ")})`;
  const independent = Math.min(sample.first * sample.second, sample.rows);
  const factor = independent / Math.max(sample.together, 1);
  const health = seen.tables.find(({ oid }) => oid === table.oid);
  const statement = recurring(seen).find((one) => one.statement.key === key);
  if (sample.rows < FEWEST_ROWS || factor < WRONG_BY)
    return rejected(cause, subject, "in a sample the columns do not go together");
  if (health !== undefined && isStale(health))
    return rejected(cause, subject, "the figures of the table are old: analyse it first");
  if (statement === undefined || !isMisplanned(statement))
    return rejected(cause, subject, "the columns go together, but the plan fits what was measured");
  const name = freeName(
    `${table.table}_${columns.join("_")}_stats`,
    seen.extended.map((known) => known.name),
  );
  return {
    proven: true,
    cause,
    subject,
    statement: `The planner takes ${columns.join(" and ")} of ${table.table} for independent, and they go together: it counts on ${Math.round(factor)} times too few rows.`,
    impact: Math.min(1, statement.share),
    for: [
      point(
        "table_sample",
        `In ${count(sample.rows)} sampled rows ${columns[0]} has ${count(sample.first)} values and ${columns[1]} ${count(sample.second)}, and only ${count(sample.together)} pairs of them occur.`,
        { first: sample.first, second: sample.second, together: sample.together },
      ),
      misplannedPoint(statement),
    ],
    against: [],
    mending: {
      action: {
        kind: "create_statistics",
        parameters: {
          schema: table.schema,
          table: table.table,
          name,
          columns,
          kinds: ["ndistinct", "dependencies", "mcv"],
        },
      },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: `ANALYZE of ${table.table} takes a little longer from now on.`,
      targets: [targetOf(statement, seen.interval.seconds)],
    },
    recommendation: `Create extended statistics on ${subject} and analyse the table.`,
  };
}
