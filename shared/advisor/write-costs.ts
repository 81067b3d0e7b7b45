import { columnsOf } from "../core/index-text.ts";
import type { Workload } from "./advice.ts";
import type { Candidate } from "./candidates.ts";
import type { CatalogTable } from "./catalog.ts";
import { entriesPerRow, tupleBytes } from "./index-size.ts";
import { predicateShare } from "./partial-shapes.ts";
import { fieldsIn, nodesIn } from "./syntax.ts";

/** Measured on PostgreSQL 15 with 20,000 rows in one statement and everything in memory: a row and b-tree, and what wide keys add. */
const BTREE_ROW_MS = 0.0013;
const BTREE_BYTE_MS = 0.00002;
/** Measured likewise: 3.5 µs a row, and 0.7 µs a trigram or document key, through the pending list. */
const GIN_ROW_MS = 0.0035;
const GIN_ENTRY_MS = 0.0007;
/** What a row takes by itself, and each of its bytes, WAL included. */
const HEAP_ROW_MS = 0.0008;
const HEAP_BYTE_MS = 0.00001;
/** In production pages must be read first, WAL is flushed, and vacuum comes after: an index is charged this much more. */
const UPKEEP_FACTOR = 9;

/** What one row of a bulk insert costs in an index, in ms. */
export function rowCostMs(candidate: Candidate): number {
  const { table, shape } = candidate;
  const share = predicateShare(table, shape.where);
  if (shape.method === "gin") return share * (GIN_ROW_MS + entriesPerRow(candidate) * GIN_ENTRY_MS);
  return shape.method === "brin" ? 0 : share * (BTREE_ROW_MS + tupleBytes(candidate) * BTREE_BYTE_MS);
}

/** What a row of a bulk insert costs a table by itself and in the indexes that it has, in ms. */
export function insertCostMs({ indexes, statistics }: CatalogTable): number {
  const width = statistics.reduce((sum, { average_width }) => sum + average_width, 0);
  return HEAP_ROW_MS + width * HEAP_BYTE_MS + indexes.filter(({ is_ready }) => is_ready).length * BTREE_ROW_MS;
}

/** What keeping an index up to date costs in the workload's time, in ms. */
export function upkeepMs(candidate: Candidate, workload: Workload): number {
  const { table } = candidate;
  const rows = workload.writesPerSecond(table) * workload.seconds;
  const isSet = columnsHeld(candidate).some((column) => setColumns(workload, table).has(column));
  const lostHot = isSet ? (workload.hotUpdatesPerSecond?.(table) ?? 0) * workload.seconds : 0;
  // An update that is no longer HOT writes to every index of its table.
  const bulkMs = rows * rowCostMs(candidate) + lostHot * (rowCostMs(candidate) + table.indexes.length * BTREE_ROW_MS);
  return bulkMs * UPKEEP_FACTOR;
}

const columnsHeld = ({ shape }: Candidate): string[] => [
  ...shape.keys.flatMap(columnsOf),
  ...shape.include,
  ...shape.where.map(({ column }) => column),
];

/** The columns of a table that updates of the workload set. */
function setColumns({ statements }: Workload, table: CatalogTable): Set<string> {
  const updates = statements.filter(
    ({ syntax }) => syntax.kind === "UpdateStmt" && fieldsIn(syntax.fields["relation"])?.["relname"] === table.table,
  );
  return new Set(
    updates.flatMap(({ syntax }) =>
      nodesIn(syntax.fields["targetList"]).flatMap(({ fields }) =>
        typeof fields["name"] === "string" ? fields["name"] : [],
      ),
    ),
  );
}
