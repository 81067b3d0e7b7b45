import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  parent_oid: z.number(),
  schema: z.string(),
  parent: z.string(),
  strategy: z.string(),
  partitions: z.number(),
  key: z.string(),
  default_oid: z.number().nullable(),
  default_partition: z.string().nullable(),
  default_live_rows: z.number(),
  default_inserted: z.number(),
  /** Whether the highest upper bound lies before tomorrow; null where the key is no date or time. */
  ends_soon: z.boolean().nullable(),
});
export type PartitionedTable = z.infer<typeof Row>;

/** Partitioned tables of the schemas `$1`: what their default partition takes, and whether the range partitions end. */
export const partitions: Diagnostic<PartitionedTable> = {
  name: "partitions",
  finds: "partitioned tables, their default partition and their end",
  needs: "nothing",
  risk: "free",
  mostRows: 200,
  text: `select p.partrelid::int8::float8 as parent_oid, n.nspname::text as schema, c.relname::text as parent, p.partstrat::text as strategy,
      (select count(*) from pg_inherits h where h.inhparent = c.oid)::int as partitions, pg_get_partkeydef(c.oid) as key,
      nullif(p.partdefid, 0)::int8::float8 as default_oid, d.relname::text as default_partition,
      coalesce(s.n_live_tup, 0)::float8 as default_live_rows, coalesce(s.n_tup_ins, 0)::float8 as default_inserted,
      case when p.partstrat = 'r' and (select a.atttypid from pg_attribute a where a.attrelid = c.oid and a.attnum = p.partattrs[0]) in ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
        then (select max(substring(pg_get_expr(k.relpartbound, k.oid) from 'TO \\(''([^'']+)''')) from pg_inherits h join pg_class k on k.oid = h.inhrelid where h.inhparent = c.oid)
          < to_char(clock_timestamp() + interval '1 day', 'YYYY-MM-DD HH24:MI:SS') end as ends_soon
    from pg_partitioned_table p join pg_class c on c.oid = p.partrelid join pg_namespace n on n.oid = c.relnamespace
      left join pg_class d on d.oid = nullif(p.partdefid, 0) left join pg_stat_user_tables s on s.relid = d.oid
    where n.nspname = any($1) and not c.relispartition
    order by c.relname limit 200`,
  row: Row,
};
