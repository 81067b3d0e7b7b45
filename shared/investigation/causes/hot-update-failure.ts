import type { TableHealth } from "../../catalogue/diagnostics/table-health.ts";
import { tableOptions } from "../../core/table-options.ts";
import type { Observed } from "../observed.ts";
import { deadHeavy } from "./dead-rows.ts";
import { updatedColumns } from "./dropping.ts";
import { type CauseRules, count, percentOf, point, rejected, type Suspicion } from "./suspicion.ts";

/** Fewer updates prove nothing; a lower rate costs nothing. */
const LEAST_UPDATES = 100;
const LEAST_UPDATES_PER_SECOND = 20;
const HOT_SHARE = 0.5;
const FILLFACTOR = 85;

/** Updates that could stay within their page, and find no room there (PostgreSQL documentation, 65.7). */
export const hotUpdateFailure: CauseRules = {
  cause: "hot_update_failure",
  // Dead rows are what a full disk is about: room in the pages does not bring them down.
  explains: ["cpu", "io", "latency", "any"],
  weigh: (seen) => seen.tables.flatMap((table) => weigh(seen, table) ?? []),
};

function weigh(seen: Observed, table: TableHealth): Suspicion | null {
  const cause = "hot_update_failure";
  const subject = `${table.schema}.${table.table}`;
  const delta = seen.interval.tables.get(table.oid);
  if (delta === undefined || delta.updated < LEAST_UPDATES) return null;
  if (delta.updated / Math.max(seen.interval.seconds, 1) < LEAST_UPDATES_PER_SECOND) return null;
  const hot = delta.hotUpdated / delta.updated;
  if (hot >= HOT_SHARE) return rejected(cause, subject, `${percentOf(hot)} of its updates are HOT`);
  if (deadHeavy(seen).some(({ oid }) => oid === table.oid))
    return rejected(cause, subject, "its pages are full of dead rows: vacuum it first");
  const set = updatedColumns(seen, table.table);
  const held = seen.indexes.filter(
    ({ table_oid: oid, columns, method }) =>
      oid === table.oid && method !== "brin" && columns.some((column) => set.includes(column)),
  );
  const [index] = held;
  if (index !== undefined)
    return rejected(
      cause,
      subject,
      `${index.index} holds a column that the updates set: more room in the pages would not help`,
    );
  if (set.length === 0) return rejected(cause, subject, "no UPDATE of it is among the statements that took the time");
  if (
    seen.indexes.some(
      ({ table_oid: oid, has_expression: isExpression, is_partial: isPartial, columns }) =>
        oid === table.oid && (isExpression || isPartial) && columns.length === 0,
    )
  )
    return rejected(cause, subject, "an index over an expression may rest on what the updates set");
  const { fillfactor: oldFillfactor } = tableOptions(table.options);
  const current = oldFillfactor ?? 100;
  if (current <= FILLFACTOR) return rejected(cause, subject, `its fillfactor is ${current} already`);
  return {
    proven: true,
    cause,
    subject,
    statement: `Only ${percentOf(hot)} of the updates of ${table.table} stay in their page, though none of them sets an indexed column: the pages are full.`,
    impact: Math.min(0.8, (1 - hot) * 0.8),
    for: [
      point("pg_stat_user_tables", `${count(delta.updated)} updates, ${count(delta.hotUpdated)} of them HOT.`, {
        updated: delta.updated,
        hotUpdated: delta.hotUpdated,
      }),
      point("pg_index", `They set ${set.join(", ")}, which no index of ${table.table} holds.`, {
        columns: set.join(", "),
      }),
      point("pg_class", `The fillfactor is ${current}: no room is left for a new version of a row.`, {
        fillfactor: current,
      }),
    ],
    against: [],
    mending: {
      action: {
        kind: "set_table_fillfactor",
        parameters: { schema: table.schema, table: table.table, fillfactor: FILLFACTOR, oldFillfactor },
      },
      judgedBy: {
        basis: "measure",
        measure: { name: "hot_update_share", schema: table.schema, table: table.table },
        from: hot,
        goal: 0.8,
        direction: "rises",
      },
      note: `Only pages that are written from now on keep room; ${table.table} grows by about a seventh.`,
    },
    recommendation: `Set the fillfactor of ${subject} to ${FILLFACTOR}; VACUUM FULL or pg_repack at a quiet time brings it to old pages.`,
  };
}
