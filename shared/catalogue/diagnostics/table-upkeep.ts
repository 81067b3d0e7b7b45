import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  analyses: z.number(),
  vacuums: z.number(),
  dead_rows: z.number(),
  modified_rows: z.number(),
  freeze_age: z.number(),
  updated: z.number(),
  hot_updated: z.number(),
  /** Storage parameters such as `fillfactor=90`. */
  options: z.array(z.string()),
  statistics: z.array(z.string()),
  /** Columns with a statistics target of their own, as `column=target`. */
  targets: z.array(z.string()),
});
export type TableUpkeep = z.infer<typeof Row>;

/** What was done to one table and what is set on it: schema `$1`, name `$2`. Counts go up by one with every VACUUM and ANALYZE. */
export const tableUpkeep: Diagnostic<TableUpkeep> = {
  name: "table-upkeep",
  finds: "VACUUM, ANALYZE and options of one table",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select (s.analyze_count + s.autoanalyze_count)::float8 as analyses,
      (s.vacuum_count + s.autovacuum_count)::float8 as vacuums,
      s.n_dead_tup::float8 as dead_rows, s.n_mod_since_analyze::float8 as modified_rows,
      case when c.relfrozenxid = '0' then 0 else age(c.relfrozenxid) end::float8 as freeze_age,
      s.n_tup_upd::float8 as updated, s.n_tup_hot_upd::float8 as hot_updated,
      coalesce(c.reloptions, '{}')::text[] as options,
      array(select x.stxname::text from pg_statistic_ext x where x.stxrelid = c.oid order by 1) as statistics,
      array(select a.attname || '=' || a.attstattarget from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and a.attstattarget >= 0 order by 1) as targets
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where s.schemaname = $1 and s.relname = $2`,
  row: Row,
};
