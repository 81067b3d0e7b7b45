import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import type { Observed } from "../observed.ts";
import { nameOf } from "./dropping.ts";
import { type CauseRules, type Suspicion, count, megabytes, point, rejected } from "./suspicion.ts";

const PAGE_BYTES = 8_192;

const LEAST_WASTE_BYTES = 8 * 2 ** 20;

/** A b-tree that grows at random is about two thirds full: three times what it needs is more than that explains. */
const BLOAT_RATIO = 2.5;

const TUPLE_OVERHEAD_BYTES = 16;

/** A b-tree that has grown far beyond its rows. */
export const indexBloat: CauseRules = {
  cause: "index_bloat",
  explains: ["io", "storage", "bloat", "latency", "cpu", "memory", "any"],
  weigh: (seen) =>
    seen.indexes
      .filter(({ method, is_valid: isValid, bytes }) => method === "btree" && isValid && bytes >= LEAST_WASTE_BYTES)
      .flatMap((index) => weighBloat(seen, index) ?? []),
};

function weighBloat(seen: Observed, index: IndexHealth): Suspicion | null {
  const cause = "index_bloat";
  const subject = nameOf(index);
  const table = seen.tables.find(({ oid }) => oid === index.table_oid);
  const rows = index.is_partial ? index.rows : Math.max(index.table_rows, table?.live_rows ?? 0);
  if (rows < 0 || index.has_expression || index.key_bytes === null) return null;
  const needed = Math.max(PAGE_BYTES * 2, (rows * (index.key_bytes + TUPLE_OVERHEAD_BYTES)) / (index.fillfactor / 100));
  const ratio = index.bytes / needed;
  if (ratio < BLOAT_RATIO || index.bytes - needed < LEAST_WASTE_BYTES)
    return ratio > 1.6 ? rejected(cause, subject, "it is large, and so is what it holds") : null;
  const dead = table?.dead_rows ?? 0;
  if (dead > rows) return rejected(cause, subject, "the table's dead rows are still in it: vacuum first");
  return {
    proven: true,
    cause,
    subject,
    statement: `${index.index} takes ${megabytes(index.bytes)} for what needs about ${megabytes(needed)}.`,
    impact: Math.min(0.3, 0.1 * ratio),
    for: [
      point(
        "pg_class",
        `${count(rows)} entries of about ${Math.round(index.key_bytes)} bytes need ${megabytes(needed)}; the index has ${megabytes(index.bytes)}.`,
        { bytes: index.bytes, needed, rows },
      ),
    ],
    against: [],
    mending: {
      action: {
        kind: "reindex_index",
        parameters: { schema: index.schema, table: index.table, name: index.index, oid: index.oid },
      },
      judgedBy: {
        basis: "measure",
        measure: { name: "index_bytes", schema: index.schema, table: index.table, index: index.index },
        from: index.bytes,
        goal: Math.round(needed * 1.5),
        direction: "falls",
      },
      note: `Needs about ${megabytes(needed)} beside the old index while it is built.`,
      estimatedBytes: Math.round(needed),
    },
    recommendation: `Rebuild ${subject} concurrently.`,
  };
}
