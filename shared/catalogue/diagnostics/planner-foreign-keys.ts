import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  constraint: z.string(),
  child_oid: z.number(),
  child_schema: z.string(),
  child_table: z.string(),
  child_columns: z.array(z.string()),
  parent_oid: z.number(),
  parent_columns: z.array(z.string()),
});
export type UnindexedForeignKey = z.infer<typeof Row>;

/** Smaller child tables are searched fast without an index. */
const PAGES_TO_MATTER = 1024;

/**
 * Foreign keys to the tables `$1` whose columns begin no valid index of the child, where the child is large: deleting a parent, or
 * changing its key, reads the whole child for each row.
 */
export const plannerForeignKeys: Diagnostic<UnindexedForeignKey> = {
  name: "planner-foreign-keys",
  finds: "foreign keys without an index",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select o.conname::text as constraint, o.conrelid::int8::float8 as child_oid, n.nspname::text as child_schema,
      c.relname::text as child_table,
      array(select a.attname::text from unnest(o.conkey) with ordinality k(attnum, ordinal)
        join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.attnum order by k.ordinal) as child_columns,
      o.confrelid::int8::float8 as parent_oid,
      array(select a.attname::text from unnest(o.confkey) with ordinality k(attnum, ordinal)
        join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.attnum order by k.ordinal) as parent_columns
    from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
    where o.contype = 'f' and o.confrelid = any($1::int8[]::oid[]) and c.relkind = 'r' and c.relpages >= ${PAGES_TO_MATTER}
      and not exists (
        select 1 from pg_index i
        where i.indrelid = o.conrelid and i.indisvalid and i.indpred is null
          and (i.indkey::int2[])[0:cardinality(o.conkey) - 1] @> o.conkey)
    order by 3, 4, 1`,
  row: Row,
};
