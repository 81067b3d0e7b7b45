import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import type { Observed } from "../observed.ts";
import { LEAST_DEAD_ROWS } from "./dead-rows.ts";
import { holderOf } from "./horizon.ts";
import { costly, FEWEST_BLOCKS, nameOf, targetOf } from "./statements.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, rejected } from "./suspicion.ts";

const VISIBLE_SHARE = 0.5;

const LEAST_PAGES = 500;

const SHARE_TO_BLAME = 0.2;

/** Index-only scans that visit the table all the same, since VACUUM has not marked its pages (PostgreSQL documentation, 11.9). */
export const staleVisibilityMap: CauseRules = {
  cause: "stale_visibility_map",
  explains: ["io", "cpu", "latency", "bloat", "any"],
  weigh: (seen) =>
    costly(seen)
      .filter(({ share }) => share >= SHARE_TO_BLAME)
      .flatMap((one) => {
        const names =
          one.plan?.nodes
            .filter((node) => node["Node Type"] === "Index Only Scan")
            .map((node) => node["Relation Name"]) ?? [];
        return seen.tables
          .filter(({ table }) => names.includes(table))
          .map((table) => weighVisibility(seen, one, table));
      }),
};

function weighVisibility(seen: Observed, one: ReturnType<typeof costly>[number], table: TableHealth): Suspicion {
  const cause = "stale_visibility_map";
  const subject = `${table.schema}.${table.table}`;
  const visible = table.pages > 0 ? table.visible_pages / table.pages : 1;
  if (table.pages < LEAST_PAGES || visible >= VISIBLE_SHARE)
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
    statement: `${nameOf(one.statement.key)} could be answered from an index of ${table.table} alone, and visits the table for nearly every row: only ${percentOf(visible)} of its pages are marked as visible to all.`,
    impact: one.share,
    for: [
      point("planner_clone", "The plan is an index-only scan.", {}),
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
