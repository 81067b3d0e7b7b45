import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  oid: z.number(),
  schema: z.string(),
  table: z.string(),
  kind: z.enum(["r", "m"]),
  owner: z.string(),
  rows: z.number(),
  pages: z.number(),
  visible_pages: z.number(),
  bytes: z.number(),
  live_rows: z.number(),
  dead_rows: z.number(),
  modified_rows: z.number(),
  inserted: z.number(),
  updated: z.number(),
  hot_updated: z.number(),
  deleted: z.number(),
  reads: z.number(),
  /** Seconds since VACUUM, by hand or by autovacuum; null for never. */
  vacuum_seconds: z.number().nullable(),
  analyze_seconds: z.number().nullable(),
  freeze_age: z.number(),
  mxid_age: z.number(),
  options: z.array(z.string()),
  columns: z.number(),
});
export type TableHealth = z.infer<typeof Row>;

/** How the tables of the schemas `$1` are kept: the 1,000 with the most dead or changed rows, the oldest ids, or the most bytes. */
export const tableHealth: Diagnostic<TableHealth> = {
  name: "table-health",
  finds: "dead rows, ages, statistics of tables",
  needs: "nothing",
  risk: "free",
  mostRows: 1000,
  text: `select c.oid::int8::float8 as oid, n.nspname::text as schema, c.relname::text as "table", c.relkind::text as kind,
      pg_get_userbyid(c.relowner)::text as owner, c.reltuples::float8 as rows, c.relpages::float8 as pages,
      c.relallvisible::float8 as visible_pages, c.relpages::float8 * current_setting('block_size')::float8 as bytes,
      s.n_live_tup::float8 as live_rows, s.n_dead_tup::float8 as dead_rows, s.n_mod_since_analyze::float8 as modified_rows,
      s.n_tup_ins::float8 as inserted, s.n_tup_upd::float8 as updated, s.n_tup_hot_upd::float8 as hot_updated, s.n_tup_del::float8 as deleted,
      (coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0))::float8 as reads,
      extract(epoch from clock_timestamp() - greatest(s.last_vacuum, s.last_autovacuum))::float8 as vacuum_seconds,
      extract(epoch from clock_timestamp() - greatest(s.last_analyze, s.last_autoanalyze))::float8 as analyze_seconds,
      age(c.relfrozenxid)::float8 as freeze_age, mxid_age(c.relminmxid)::float8 as mxid_age,
      coalesce(c.reloptions, '{}')::text[] as options, c.relnatts::int as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_stat_user_tables s on s.relid = c.oid
    where n.nspname = any($1) and c.relkind in ('r', 'm') and c.relpersistence = 'p'
    order by greatest(s.n_dead_tup, s.n_mod_since_analyze) desc, age(c.relfrozenxid) desc, c.relpages desc, c.oid
    limit 1000`,
  row: Row,
};
