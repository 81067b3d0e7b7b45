import { TableCounters } from "../../contracts/snapshot.ts";
import type { Diagnostic } from "../../contracts/statement.ts";

/** Cumulative counters of the tables in the schemas `$1`, at most 2,000, the most read first. */
export const tableCounters: Diagnostic<TableCounters> = {
  name: "table-counters",
  finds: "how tables are read and written",
  needs: "nothing",
  risk: "free",
  mostRows: 2000,
  text: `select relid::int8::float8 as oid,
      coalesce(seq_scan, 0)::float8 as "seqScans",
      coalesce(seq_tup_read, 0)::float8 as "seqTuples",
      coalesce(idx_scan, 0)::float8 as "indexScans",
      n_tup_ins::float8 as "inserted",
      n_tup_upd::float8 as "updated",
      n_tup_hot_upd::float8 as "hotUpdated",
      n_tup_del::float8 as "deleted",
      (coalesce(i.toast_blks_hit, 0) + coalesce(i.toast_blks_read, 0))::float8 as "toastBlocks",
      (coalesce(i.heap_blks_hit, 0) + coalesce(i.heap_blks_read, 0))::float8 as "heapBlocks"
    from pg_stat_user_tables s join pg_statio_user_tables i using (relid, schemaname)
    where schemaname = any($1)
    order by seq_tup_read desc, relid
    limit 2000`,
  row: TableCounters,
};
