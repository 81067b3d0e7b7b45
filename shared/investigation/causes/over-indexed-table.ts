import type { IndexHealth } from "../../catalogue/diagnostics/index-health.ts";
import type { Observed } from "../observed.ts";
import { WRITES_A_SCAN, dropping, hurtsUpdates, nameOf, servesForeignKey, updatedColumns } from "./dropping.ts";
import { type CauseRules, type Suspicion, count, percentOf, point, rejected } from "./suspicion.ts";

/** An index on a column that is updated all the time and hardly ever searched: it keeps updates from being HOT. */
export const overIndexedTable: CauseRules = {
  cause: "over_indexed_table",
  explains: ["cpu", "io", "latency", "storage", "bloat", "any"],
  weigh: (seen) =>
    seen.indexes
      .filter((index) => index.is_valid && hurtsUpdates(seen, index))
      .map((index) => weighHurting(seen, index)),
};

const HOT_SHARE = 0.5;

function weighHurting(seen: Observed, index: IndexHealth): Suspicion {
  const cause = "over_indexed_table";
  const subject = nameOf(index);
  const table = seen.tables.find(({ oid }) => oid === index.table_oid);
  const delta = seen.interval.tables.get(index.table_oid);
  const updated = delta !== undefined && delta.updated > 0 ? delta.updated : (table?.updated ?? 0);
  const hot = delta !== undefined && delta.updated > 0 ? delta.hotUpdated : (table?.hot_updated ?? 0);
  const part = updated === 0 ? 1 : hot / updated;
  if (index.is_constraint || index.is_unique || index.is_replica_identity)
    return rejected(cause, subject, "a constraint or the replica identity rests on it");
  if (index.is_attached) return rejected(cause, subject, "it is part of a partitioned table's index");
  if (part >= HOT_SHARE) return rejected(cause, subject, `${percentOf(part)} of the updates are HOT in spite of it`);
  if (index.scans * WRITES_A_SCAN > (table?.updated ?? 0))
    return rejected(cause, subject, `it is in use: ${count(index.scans)} scans`);
  if (servesForeignKey(seen, index)) return rejected(cause, subject, "a foreign key needs it");
  if (seen.replicas.length > 0) return rejected(cause, subject, "replicas may use it, and their counters are not here");
  return {
    proven: true,
    cause,
    subject,
    statement: `${index.index} holds a column that every update of ${index.table} sets, and is hardly ever scanned: ${percentOf(1 - part)} of the updates cannot be HOT.`,
    impact: 0.4,
    for: [
      point("pg_stat_user_tables", `${count(updated)} updates, ${percentOf(part)} of them HOT.`, {
        updated,
        hotShare: part,
      }),
      point("pg_stat_user_indexes", `${index.index} was scanned ${count(index.scans)} times.`, { scans: index.scans }),
      point(
        "pg_stat_statements",
        `The updates set ${updatedColumns(seen, index.table)
          .filter((column) => index.columns.includes(column))
          .join(", ")}, which it holds.`,
        {},
      ),
    ],
    against: [],
    mending: dropping(index),
    recommendation: `Drop ${subject}: then updates that set nothing indexed stay within their page.`,
  };
}
