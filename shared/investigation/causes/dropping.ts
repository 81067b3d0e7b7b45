import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import type { Observed } from "../observed.ts";
import type { Mending } from "./suspicion.ts";

export const nameOf = ({ schema, index }: IndexHealth): string => `${schema}.${index}`;

export const dropping = ({ schema, table, index, definition, bytes }: IndexHealth): Mending => ({
  action: { kind: "drop_index", parameters: { schema, table, name: index, definition } },
  judgedBy: {
    basis: "measure",
    measure: { name: "index_bytes", schema, table, index },
    from: bytes,
    goal: 0,
    direction: "falls",
  },
  note: `Its definition is kept: ${definition}`,
});

/** A table that is written to this much more often than an index of it is scanned pays more than it gets. */
export const WRITES_A_SCAN = 1_000;

/** Whether a foreign key of the table begins with the index's columns. */
export const servesForeignKey = ({ foreignKeys }: Observed, index: IndexHealth): boolean =>
  foreignKeys.some(
    ({ child_oid: child, columns }) =>
      child === index.table_oid && columns.every((column, at) => index.columns[at] === column),
  );

/** Whether an index holds a column that updates set, so that they cannot be HOT. */
export function hurtsUpdates(seen: Observed, index: IndexHealth): boolean {
  const table = seen.tables.find(({ oid }) => oid === index.table_oid);
  if (table === undefined || table.updated < WRITES_A_SCAN) return false;
  return updatedColumns(seen, index.table).some((column) => index.columns.includes(column));
}

/** The columns that the workload's UPDATE statements set on a table. */
export function updatedColumns({ workload }: Observed, table: string): string[] {
  return workload.updates.filter((update) => update.table === table).flatMap(({ columns }) => columns);
}
