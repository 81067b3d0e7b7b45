import { IndexCounters } from "../../contracts/snapshot.ts";
import type { Diagnostic } from "../../contracts/statement.ts";

/** Cumulative scans of the indexes in the schemas `$1`, at most 4,000. */
export const indexCounters: Diagnostic<IndexCounters> = {
  name: "index-counters",
  finds: "scans of indexes",
  needs: "nothing",
  risk: "free",
  mostRows: 4000,
  text: `select indexrelid::int8::float8 as oid, idx_scan::float8 as scans
    from pg_stat_user_indexes
    where schemaname = any($1)
    order by idx_scan desc, indexrelid
    limit 4000`,
  row: IndexCounters,
};
