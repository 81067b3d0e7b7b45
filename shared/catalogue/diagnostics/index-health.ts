import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  oid: z.number(),
  table_oid: z.number(),
  schema: z.string(),
  table: z.string(),
  index: z.string(),
  owner: z.string(),
  definition: z.string(),
  method: z.string(),
  /** Columns, operator classes, collations, options, expressions and predicate: two indexes with the same one are the same. */
  identity: z.string(),
  column_numbers: z.array(z.number()),
  columns: z.array(z.string()),
  key_count: z.number(),
  is_partial: z.boolean(),
  has_expression: z.boolean(),
  is_unique: z.boolean(),
  is_constraint: z.boolean(),
  /** Part of a partitioned table's index: it goes with that one, or not at all. */
  is_attached: z.boolean(),
  is_replica_identity: z.boolean(),
  is_valid: z.boolean(),
  is_ready: z.boolean(),
  scans: z.number(),
  bytes: z.number(),
  rows: z.number(),
  table_rows: z.number(),
  key_bytes: z.number().nullable(),
  distinct_values: z.number().nullable(),
  fillfactor: z.number(),
});
export type IndexHealth = z.infer<typeof Row>;

/** The indexes of the schemas `$1`, at most 2,000, the largest first, with what is needed to tell waste from use. Those of partitioned tables themselves hold nothing and are left out. */
export const indexHealth: Diagnostic<IndexHealth> = {
  name: "index-health",
  finds: "use, size, validity and twins of indexes",
  needs: "select",
  risk: "free",
  mostRows: 2000,
  text: `select i.indexrelid::int8::float8 as oid, i.indrelid::int8::float8 as table_oid, n.nspname::text as schema, t.relname::text as "table",
      c.relname::text as index, pg_get_userbyid(t.relowner)::text as owner, pg_get_indexdef(i.indexrelid) as definition, am.amname::text as method,
      concat_ws(' ', i.indrelid, am.amname, i.indkey, i.indclass, i.indcollation, i.indoption, i.indnkeyatts,
        pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) as identity,
      i.indkey::int2[]::int[] as column_numbers,
      array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k(attnum, ordinal)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum order by k.ordinal) as columns,
      i.indnkeyatts::int as key_count,
      i.indpred is not null as is_partial, i.indexprs is not null as has_expression, i.indisunique as is_unique,
      exists (select 1 from pg_constraint o where o.conindid = i.indexrelid) as is_constraint,
      exists (select 1 from pg_inherits h where h.inhrelid = i.indexrelid) as is_attached,
      i.indisreplident as is_replica_identity, i.indisvalid as is_valid, i.indisready as is_ready,
      coalesce(s.idx_scan, 0)::float8 as scans, pg_relation_size(c.oid)::float8 as bytes, c.reltuples::float8 as rows, t.reltuples::float8 as table_rows,
      (select sum(p.avg_width) from pg_stats p where p.schemaname = n.nspname and p.tablename = t.relname
        and p.attname = any(array(select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey))))::float8 as key_bytes,
      (select max(case when p.n_distinct < 0 then -p.n_distinct * greatest(t.reltuples, 1) else p.n_distinct end) from pg_stats p
        where p.schemaname = n.nspname and p.tablename = t.relname
        and p.attname = any(array(select a.attname from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey))))::float8 as distinct_values,
      coalesce((select split_part(o, '=', 2)::int from unnest(c.reloptions) o where o like 'fillfactor=%'), 90) as fillfactor
    from pg_index i join pg_class c on c.oid = i.indexrelid and c.relkind = 'i' join pg_class t on t.oid = i.indrelid
      join pg_namespace n on n.oid = t.relnamespace join pg_am am on am.oid = c.relam
      left join pg_stat_user_indexes s on s.indexrelid = i.indexrelid
    where n.nspname = any($1) and c.relpersistence = 'p'
    order by c.relpages desc, c.oid limit 2000`,
  row: Row,
};
