import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import { scansOf } from "../../advisor/scans.ts";
import { columnsOf } from "../../core/index-text.ts";
import type { Observed } from "../observed.ts";
import { dropping, hurtsUpdates, nameOf, servesForeignKey } from "./dropping.ts";
import { type CauseRules, type Suspicion, count, megabytes, point, rejected, seconds } from "./suspicion.ts";

/** Azure waits for 35 days and for use of the table; counters that were reset since say nothing about before. */
const LONG_ENOUGH_SECONDS = 30 * 86_400;

const LEAST_BYTES = 1 * 2 ** 20;

const LEAST_READS = 100;
/** Keeping an index costs some hundredths of a millisecond a row: below this rate nobody feels it. */
const FELT_WRITES_PER_SECOND = 10;

/** An index that nothing has read for as long as the counters go back. */
export const unusedIndex: CauseRules = {
  cause: "unused_index",
  explains: ["cpu", "io", "latency", "storage", "bloat", "any"],
  weigh: (seen) =>
    seen.indexes
      .filter((index) => isIdle(index) && !hurtsUpdates(seen, index))
      .map((index) => weighUnused(seen, index)),
};

const isIdle = ({ scans, is_valid: isValid, bytes }: IndexHealth): boolean =>
  scans === 0 && isValid && bytes >= LEAST_BYTES;

function weighUnused(seen: Observed, index: IndexHealth): Suspicion {
  const cause = "unused_index";
  const subject = nameOf(index);
  const table = seen.tables.find(({ oid }) => oid === index.table_oid);
  const objection = objectionToDrop(seen, index, table?.reads ?? 0);
  if (objection !== null) return rejected(cause, subject, objection);
  const writes = (table?.inserted ?? 0) + (table?.updated ?? 0) + (table?.deleted ?? 0);
  return {
    proven: true,
    cause,
    subject,
    statement: `${index.index} on ${index.table} was never scanned, and takes ${megabytes(index.bytes)} and a share of every write.`,
    impact: 0.15,
    for: [
      point("pg_stat_user_indexes", `idx_scan is 0, while ${index.table} was read ${count(table?.reads ?? 0)} times.`, {
        scans: 0,
        tableReads: table?.reads ?? 0,
      }),
      point("pg_stat_database", resetText(seen), { resetSeconds: seen.database?.reset_seconds ?? null }),
      point("pg_stat_user_tables", `${count(writes)} rows of ${index.table} were written meanwhile.`, { writes }),
    ],
    against: [],
    mending: dropping(index),
    recommendation: `Drop ${subject} once nobody needs it for a monthly job; its definition is kept.`,
  };
}

function objectionToDrop(seen: Observed, index: IndexHealth, reads: number): string | null {
  if (index.is_constraint || index.is_unique) return "it keeps values unique, whether it is scanned or not";
  if (index.is_attached) return "it is part of a partitioned table's index";
  if (index.is_replica_identity) return "it is the table's replica identity";
  if (servesForeignKey(seen, index)) return "a foreign key needs it when its parent is deleted from";
  const since = seen.database?.reset_seconds ?? null;
  if (since !== null && since < LONG_ENOUGH_SECONDS)
    return `the counters go back only ${seconds(since)}: a weekly or monthly job may need it`;
  if (seen.wasReset) return "the counters began again just now";
  if (seen.replicas.length > 0 || seen.slots.some(({ type }) => type === "physical"))
    return "replicas may use it, and their counters are not here";
  if (isSearched(seen, index)) return "a statement searches by its column, and may use it once it is written otherwise";
  if (!isFelt(seen, index)) return "hardly anything was written to its table in this time: it takes room, and no time";
  if (reads < LEAST_READS) return `its table was read only ${count(reads)} times: too few to tell`;
  return null;
}

/** An index that nobody reads costs time when its table is written to, and room at any time. */
function isFelt({ complaint: { symptom }, interval }: Observed, index: IndexHealth): boolean {
  if (symptom !== "cpu" && symptom !== "io" && symptom !== "latency") return true;
  const delta = interval.tables.get(index.table_oid);
  const written = delta === undefined ? 0 : delta.inserted + delta.updated - delta.hotUpdated;
  return written / Math.max(interval.seconds, 1) >= FELT_WRITES_PER_SECOND;
}

/** Whether a statement that takes time has a condition on the index's first column, in whatever form: a cast or a call may keep it from the index. */
function isSearched({ catalog, workload }: Observed, index: IndexHealth): boolean {
  const [column] = index.columns;
  if (catalog === null || column === undefined) return false;
  return workload.statements.some(({ syntax }) =>
    scansOf(syntax, catalog).some(
      ({ table, conditions, alternatives, refused }) =>
        table.oid === index.table_oid &&
        ([...conditions, ...alternatives.flat(2)].some(({ target }) =>
          columnsOf(
            target.kind === "column"
              ? { column: target.column, direction: "asc" }
              : { expression: target, direction: "asc" },
          ).includes(column),
        ) ||
          refused.some(({ columns }) => columns.includes(column))),
    ),
  );
}

const resetText = ({ database }: Observed): string =>
  database?.reset_seconds === null || database === null
    ? "The counters have never been reset."
    : `The counters go back ${seconds(database.reset_seconds)}.`;
