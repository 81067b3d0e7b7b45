import { type ColumnKey, type IndexShape, plainShape } from "../contracts/index-shape.ts";
import { columnsOf, indexText } from "../core/index-text.ts";
import { type CatalogTable, distinctValues } from "./catalog.ts";
import type { Scan } from "./scans.ts";

/** An index that might help, not yet tried. */
export type Candidate = { table: CatalogTable; shape: IndexShape };

const MAXIMUM_COLUMNS = 3;
const ascending = (column: string): ColumnKey => ({ column, direction: "asc" });

/** Two candidates with the same text are the same index. */
export const candidateName = ({ table, shape }: Candidate): string => indexText(table.schema, table.table, shape);

/**
 * B-tree candidates for one scan, up to three columns: equality columns by falling number of distinct values, then a range or the
 * sort order; each join column alone and before the equalities. Order is deterministic.
 */
export function candidatesFor(scan: Scan): Candidate[] {
  const { table } = scan;
  const canHold = ({ column }: ColumnKey): boolean =>
    table.columns.some((known) => known.column === column && known.has_btree);
  const equal = [...scan.equal].sort(byDistinctValues(table)).map(ascending);
  const lists: ColumnKey[][] = [
    ...equal.map((key) => [key]),
    ...scan.join.map((column) => [ascending(column)]),
    ...scan.range.map((column) => [ascending(column)]),
    equal,
    ...scan.range.map((column) => [...equal, ascending(column)]),
    ...(scan.sort.length > 0 ? [[...equal, ...scan.sort], scan.sort] : []),
    ...scan.join.map((column) => [ascending(column), ...equal]),
  ];
  const found = new Map<string, Candidate>();
  for (const keys of lists) {
    const fitting = uniqueColumns(keys).slice(0, MAXIMUM_COLUMNS);
    if (fitting.length === 0 || !fitting.every(canHold)) continue;
    const candidate = { table, shape: plainShape(fitting) };
    found.set(candidateName(candidate), candidate);
  }
  return [...found.values()];
}

function byDistinctValues(table: CatalogTable): (a: string, b: string) => number {
  return (a, b) => (distinctValues(table, b) ?? 0) - (distinctValues(table, a) ?? 0) || (a < b ? -1 : 1);
}

const uniqueColumns = (keys: readonly ColumnKey[]): ColumnKey[] =>
  keys.filter((key, position) => keys.findIndex(({ column }) => column === key.column) === position);

/** The valid index that already begins with a candidate's columns, if there is one: another would only cost. */
export function coveringIndex({ table, shape }: Candidate): string | null {
  const covering = table.indexes.find(
    (index) =>
      index.is_valid &&
      index.method === "btree" &&
      index.predicate === null &&
      shape.keys.every((key, position) => "column" in key && index.key_columns[position] === key.column),
  );
  return covering?.index ?? null;
}

const PAGE_BYTES = 8192;
/** nbtree's default fillfactor, and what a page keeps for its header and special space. */
const USABLE_BYTES = (PAGE_BYTES - 40) * 0.9;
const TUPLE_OVERHEAD_BYTES = 8 + 4;
const POSTING_BYTES = 6;

/**
 * The size in bytes of a b-tree over these keys: one tuple a row, or one posting list a value where values repeat (deduplication,
 * PostgreSQL documentation, 64.1.4.3).
 */
export function estimatedBytes({ table, shape }: Candidate): number {
  const rows = Math.max(table.rows, 1);
  const columns = shape.keys.flatMap(columnsOf);
  const widths = columns.map((column) => table.statistics.find((known) => known.column === column)?.average_width ?? 8);
  const keyBytes = Math.ceil(widths.reduce((sum, width) => sum + width, 0) / 8) * 8;
  const distinct = Math.min(
    rows,
    columns.reduce((product, column) => product * (distinctValues(table, column) ?? rows), 1),
  );
  const plain = rows * (keyBytes + TUPLE_OVERHEAD_BYTES);
  const deduplicated = distinct * (keyBytes + TUPLE_OVERHEAD_BYTES) + rows * POSTING_BYTES;
  const leafPages = Math.ceil(Math.min(plain, deduplicated) / USABLE_BYTES);
  return (leafPages + Math.ceil(leafPages / 200) + 1) * PAGE_BYTES;
}
