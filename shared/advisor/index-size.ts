import type { IndexKey } from "../contracts/index-shape.ts";
import { columnsOf } from "../core/index-text.ts";
import type { Candidate } from "./candidates.ts";
import { columnNamed, distinctValues, plainType, statisticsOf } from "./catalog.ts";
import { predicateShare } from "./partial-shapes.ts";

const PAGE_BYTES = 8192;
/** nbtree's default fillfactor, and what a page keeps for its header and special space. */
const USABLE_BYTES = (PAGE_BYTES - 40) * 0.9;
const TUPLE_OVERHEAD_BYTES = 8 + 4;
const POSTING_BYTES = 6;
/** Measured: 135 MB for 800,000 rows of 64 characters, one entry a character. */
const GIN_ENTRY_BYTES = 2.8;
/** A key of a document that occurs once: its hash, its item and its share of the posting. */
const GIN_KEY_BYTES = 24;
const BYTES_PER_DOCUMENT_KEY = 24;

/** The rows that an index holds. */
export const rowsIn = ({ table, shape }: Candidate): number =>
  Math.max(table.rows, 1) * predicateShare(table, shape.where);

/** How many entries one row makes in an index: one in a b-tree, one a word, character or key in a GIN index. */
export function entriesPerRow({ table, shape }: Candidate): number {
  if (shape.method !== "gin") return 1;
  const [key] = shape.keys;
  const width = key === undefined ? 8 : widthOf({ table, shape }, key);
  return key?.operatorClass === "gin_trgm_ops"
    ? Math.max(3, width)
    : Math.max(1, Math.round(width / BYTES_PER_DOCUMENT_KEY));
}

const widthOf = ({ table }: Candidate, key: IndexKey): number =>
  columnsOf(key).reduce((sum, column) => sum + (statisticsOf(table, column)?.average_width ?? 8), 0);

/** The size in bytes that an index will have. */
export function estimatedBytes(candidate: Candidate): number {
  if (candidate.shape.method === "gin") return ginBytes(candidate);
  // A block range of 128 pages is one summary.
  if (candidate.shape.method === "brin")
    return (Math.ceil(candidate.table.bytes / PAGE_BYTES / 128 / 200) + 3) * PAGE_BYTES;
  return btreeBytes(candidate);
}

function ginBytes(candidate: Candidate): number {
  const isTrigram = candidate.shape.keys[0]?.operatorClass === "gin_trgm_ops";
  const bytes = rowsIn(candidate) * entriesPerRow(candidate) * (isTrigram ? GIN_ENTRY_BYTES : GIN_KEY_BYTES);
  return (Math.ceil(bytes / PAGE_BYTES) + 2) * PAGE_BYTES;
}

/** One tuple a row, or one posting list a value where values repeat (deduplication, PostgreSQL documentation, 64.1.4.3). */
function btreeBytes(candidate: Candidate): number {
  const { table, shape } = candidate;
  const rows = rowsIn(candidate);
  const bytesEach = tupleBytes(candidate) + TUPLE_OVERHEAD_BYTES;
  const columns = shape.keys.flatMap(columnsOf);
  const distinct = Math.min(
    rows,
    columns.reduce((product, column) => product * (distinctValues(table, column) ?? rows), 1),
  );
  const plain = rows * bytesEach;
  const deduplicated = distinct * bytesEach + rows * POSTING_BYTES;
  // An index with INCLUDE is never deduplicated.
  const bytes = shape.include.length > 0 ? plain : Math.min(plain, deduplicated);
  const leafPages = Math.ceil(bytes / USABLE_BYTES);
  // The pages above hold one tuple for each page below them.
  return (leafPages + Math.ceil((leafPages * bytesEach) / USABLE_BYTES) + 1) * PAGE_BYTES;
}

/** The bytes of a b-tree's keys, without what INCLUDE adds: pages above the leaves do not hold that. */
export const keyBytes = (candidate: Candidate): number =>
  dataBytes(candidate.shape.keys.map((key) => fieldOf(candidate, key)));

/** The bytes of a b-tree's keys and of what it includes. */
export const tupleBytes = (candidate: Candidate): number =>
  dataBytes([
    ...candidate.shape.keys.map((key) => fieldOf(candidate, key)),
    ...candidate.shape.include.map((column) => columnField(candidate, column)),
  ]);

type Field = { width: number; alignment: number };

/** The bytes of a tuple's values, each where its type must begin (pg_type.typalign), the whole a multiple of eight. */
function dataBytes(fields: readonly Field[]): number {
  const end = fields.reduce((at, { width, alignment }) => Math.ceil(at / alignment) * alignment + width, 0);
  return Math.ceil(end / 8) * 8;
}

const ALIGNMENTS: Readonly<Record<string, number>> = {
  bigint: 8,
  "double precision": 8,
  "timestamp with time zone": 8,
  "timestamp without time zone": 8,
  integer: 4,
  real: 4,
  date: 4,
  enum: 4,
  smallint: 2,
};

function columnField({ table }: Candidate, name: string): Field {
  const column = columnNamed(table, name);
  const type = column === null ? "" : column.type_kind === "e" ? "enum" : plainType(column.base_type);
  const average = statisticsOf(table, name)?.average_width ?? 8;
  // An average is cut to a whole number, and of a numeric most values are above it: zero alone is shorter.
  return { width: type === "numeric" ? average + 1 : average, alignment: ALIGNMENTS[type] ?? 1 };
}

const fieldOf = (candidate: Candidate, key: IndexKey): Field =>
  "column" in key ? columnField(candidate, key.column) : { width: widthOf(candidate, key), alignment: 1 };
