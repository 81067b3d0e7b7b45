import { scansOf } from "../../advisor/scans.ts";
import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { Observed } from "../observed.ts";
import { LEAST_DEAD_ROWS } from "./dead-rows.ts";
import { holderOf } from "./horizon.ts";
import { isStale, rowsOff } from "./stale-statistics.ts";
import { type Costly, FEWEST_BLOCKS, nameOf, targetOf, recurring } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, rejected } from "./suspicion.ts";

const VISIBLE_SHARE = 0.5;

const LEAST_PAGES = 500;

/** A plan's cost counts at least one for each block that it expects to read. */
const BLOCKS_OVER_COST = 3;
const SHARE_TO_BLAME = 0.2;

/** Searches that an index could answer alone and that visit the table all the same, since VACUUM has not marked its pages (PostgreSQL documentation, 11.9). */
export const staleVisibilityMap: CauseRules = {
  cause: "stale_visibility_map",
  explains: ["io", "cpu", "latency", "bloat", "any"],
  weigh: (seen) =>
    recurring(seen)
      .filter(({ share }) => share >= SHARE_TO_BLAME)
      .flatMap((one) => coveredTables(seen, one).map((table) => weighVisibility(seen, one, table))),
};

/**
 * Tables that a statement's plan searches by an index which holds every column that is read of them. Where few pages are marked the
 * planner knows it, and takes another scan of that index: the scan's kind says nothing.
 */
function coveredTables(seen: Observed, { statement, plan }: Costly): TableHealth[] {
  const { catalog } = seen;
  if (catalog === null || plan === null) return [];
  const used = new Set(plan.nodes.map((node) => node["Index Name"]));
  const covered = scansOf(statement.syntax, catalog).flatMap(({ table, read }) =>
    read !== null &&
    read.size > 0 &&
    seen.indexes.some(
      ({ table_oid: oid, index, columns, method, is_valid: isValid, has_expression: isExpression }) =>
        oid === table.oid &&
        used.has(index) &&
        method === "btree" &&
        isValid &&
        !isExpression &&
        [...read].every((column) => columns.includes(column)),
    )
      ? [table.oid]
      : [],
  );
  return seen.tables.filter(({ oid }) => covered.includes(oid));
}

function weighVisibility(seen: Observed, one: Costly, table: TableHealth): Suspicion {
  const cause = "stale_visibility_map";
  const subject = `${table.schema}.${table.table}`;
  const visible = table.pages > 0 ? table.visible_pages / table.pages : 1;
  if (table.pages < LEAST_PAGES || (visible >= VISIBLE_SHARE && !isVisited(one, table)))
    return rejected(cause, subject, `${percentOf(visible)} of its pages are known to be visible to all`);
  if (one.delta.blocksPerCall < FEWEST_BLOCKS)
    return rejected(cause, subject, `a call reads only ${count(one.delta.blocksPerCall)} blocks`);
  const holder = holderOf(seen, table);
  if (holder !== null && table.dead_rows > LEAST_DEAD_ROWS)
    return rejected(cause, subject, `VACUUM cannot mark its pages: ${holder.what} holds the horizon`);
  return {
    proven: true,
    cause,
    subject,
    statement: `${nameOf(one.statement.key)} could be answered from an index of ${table.table} alone, and visits the table for nearly every row: VACUUM has not marked its pages as visible to all.`,
    impact: one.share,
    for: [
      point("planner_clone", "An index that the plan uses holds every column that is read.", {}),
      point("pg_class", `relallvisible is ${count(table.visible_pages)} of ${count(table.pages)} pages.`, {
        visiblePages: table.visible_pages,
        pages: table.pages,
      }),
      point(
        "pg_stat_statements",
        `A call reads ${count(one.delta.blocksPerCall)} blocks: ${percentOf(one.share)} of the time.`,
        { blocks: one.delta.blocksPerCall },
      ),
    ],
    against: [],
    mending: {
      action: { kind: "vacuum_table", parameters: { schema: table.schema, table: table.table } },
      judgedBy: { basis: "statements", figure: "blocksPerCall" },
      note: "VACUUM reads the pages that are not marked, once.",
      targets: [targetOf(one, seen.interval.seconds)],
    },
    recommendation: `Vacuum ${subject}; for a table that is only inserted into, a smaller autovacuum_vacuum_insert_scale_factor keeps it so.`,
  };
}

/** pg_class tells what VACUUM or ANALYZE saw last: an index-only scan that reads far more than its plan counts on has seen pages change since. */
const isVisited = ({ plan, delta }: Costly, table: TableHealth): boolean =>
  plan !== null &&
  !isStale(table) &&
  plan.nodes.some((node) => node["Node Type"] === "Index Only Scan" && node["Relation Name"] === table.table) &&
  rowsOff(plan, delta.rowsPerCall) === 1 &&
  delta.blocksPerCall > BLOCKS_OVER_COST * Math.max(plan.cost, 10);
