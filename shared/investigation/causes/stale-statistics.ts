import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { Observed } from "../observed.ts";
import { type Costly, nameOf, targetOf, recurring } from "./statements.ts";
import { type CauseRules, count, percentOf, point, rejected, seconds, type Suspicion } from "./suspicion.ts";

/** Autovacuum analyses when a tenth of the rows has changed (PostgreSQL documentation, 19.10): twice that is overdue. */
const CHANGED_SHARE = 0.2;
const FEWEST_ROWS = 1_000;
/** An estimate that is wrong by this factor leads to another plan more often than not. */
const WRONG_BY = 10;
/** A plan's cost counts at least one for a block: who reads many more blocks than that was planned from wrong figures. */
const BLOCKS_OVER_COST = 3;
const SHARE_TO_BLAME = 0.1;

/** The planner works from figures of a table that have long ceased to be true. */
export const staleStatistics: CauseRules = {
  cause: "stale_statistics",
  explains: ["cpu", "io", "latency", "memory", "temp_files", "any"],
  weigh: (seen) => seen.tables.filter(isStale).flatMap((table) => weigh(seen, table) ?? []),
};

/** Whether the planner's figures of a table are out of date. */
export function isStale(table: TableHealth): boolean {
  const { rows, live_rows: live, modified_rows: modified, kind } = table;
  if (kind !== "r" || Math.max(live, rows) < FEWEST_ROWS) return false;
  if (rows < 0 || live > rows * 2) return true;
  return modified > CHANGED_SHARE * Math.max(rows, 1) && !isCountedLate(table);
}

/** How far the planner's count of rows may be from the counters' when both mean the same rows. */
const SAME_COUNT = 0.1;

/**
 * A session reports what it changed up to a second later: rows that were loaded just before an ANALYZE count as changed since. The ANALYZE
 * knew them when all changes are inserts and its count of rows has them in it.
 */
function isCountedLate(table: TableHealth): boolean {
  const { rows, live_rows: live, updated, deleted, modified_rows: modified, analyze_seconds: analysed } = table;
  const isVacuumedSince = (table.vacuum_seconds ?? Infinity) < (analysed ?? Infinity) - 1;
  return (
    analysed !== null &&
    !isVacuumedSince &&
    (updated + deleted) * 10 < modified &&
    Math.abs(live - rows) <= SAME_COUNT * Math.max(live, 1)
  );
}

function weigh(seen: Observed, table: TableHealth): Suspicion | null {
  const cause = "stale_statistics";
  const subject = `${table.schema}.${table.table}`;
  const readers = recurring(seen).filter(({ plan, share }) => share >= SHARE_TO_BLAME && reads(plan, table));
  const [reader] = readers;
  if (reader === undefined) return null;
  const misled = readers.filter(isMisplanned);
  if (misled.length === 0)
    return rejected(cause, subject, "its figures are old, but the plans made from them fit what was measured");
  const impact = misled.reduce((sum, { share }) => sum + share, 0);
  return {
    proven: true,
    cause,
    subject,
    statement: `The planner works from old figures of ${table.table}: ${count(table.modified_rows)} rows have changed since they were taken.`,
    impact: Math.min(1, impact),
    for: [
      point(
        "pg_stat_user_tables",
        `${count(table.modified_rows)} of ${count(table.live_rows)} rows of ${table.table} have changed since the last ANALYZE (${seconds(table.analyze_seconds)}); the planner counts on ${table.rows < 0 ? "none" : count(table.rows)}.`,
        { modifiedRows: table.modified_rows, liveRows: table.live_rows, plannedRows: table.rows },
      ),
      ...misled.map(misplannedPoint),
    ],
    against: [],
    mending: {
      action: { kind: "analyze_table", parameters: { schema: table.schema, table: table.table } },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: `ANALYZE reads a sample of ${table.table} and changes no row.`,
      targets: misled.map((one) => targetOf(one, seen.interval.seconds)),
    },
    recommendation: `Run ANALYZE on ${subject}, and let autovacuum come to it sooner if this happens again.`,
  };
}

const reads = (plan: Costly["plan"], { table }: TableHealth): boolean =>
  plan?.nodes.some((node) => node["Relation Name"] === table) ?? false;

/** Whether what a statement did is far from what its plan counted on. */
export function isMisplanned({ plan, delta }: Costly): boolean {
  if (plan === null) return false;
  return (
    rowsOff(plan, delta.rowsPerCall) >= WRONG_BY || delta.blocksPerCall > BLOCKS_OVER_COST * Math.max(plan.cost, 10)
  );
}

/** Fewer rows than this hardly ever decide between two plans. */
const ROWS_THAT_MATTER = 100;
/** Conditions of which the planner guesses the share of rows, fresh statistics or not: calls, casts, patterns, documents, a range to a parameter. */
const GUESSED = /~|@|\?|->|#>|\|\||\w\(|\)::(?!text|character)|[<>]=? \$\d/;

/** By what factor the estimated rows are wrong; 1 where the plan's rows say nothing about the statistics. */
export function rowsOff(plan: NonNullable<Costly["plan"]>, rowsPerCall: number): number {
  const top = plan.nodes[0]?.["Node Type"] ?? "";
  if (/Aggregate|Limit|ModifyTable|Group|Unique/.test(top)) return 1;
  if (plan.nodes.some((node) => GUESSED.test(`${node.Filter ?? ""} ${node["Index Cond"] ?? ""}`))) return 1;
  const estimates = [plan.rows, plan.known?.rare.rows ?? plan.rows, plan.known?.common?.rows ?? plan.rows];
  const [least, most] = [Math.max(1, Math.min(...estimates)), Math.max(1, ...estimates)];
  const seen = Math.max(rowsPerCall, 1);
  if (Math.max(most, seen) < ROWS_THAT_MATTER) return 1;
  return Math.max(1, least / seen, seen / most);
}

/** What a statement did, beside what its plan counted on. */
export const misplannedPoint = ({ statement, plan, delta, share }: Costly) =>
  point(
    "planner_clone",
    `The plan of ${nameOf(statement.key)} counts on ${count(plan?.rows ?? 0)} rows at a cost of ${count(plan?.cost ?? 0)}; a call gave ${count(delta.rowsPerCall)} and read ${count(delta.blocksPerCall)} blocks: ${percentOf(share)} of the time.`,
    { plannedRows: plan?.rows ?? 0, rows: delta.rowsPerCall, blocks: delta.blocksPerCall, cost: plan?.cost ?? 0 },
  );
