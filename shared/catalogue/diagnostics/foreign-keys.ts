import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  constraint: z.string(),
  child_oid: z.number(),
  child_schema: z.string(),
  child: z.string(),
  parent_oid: z.number(),
  parent: z.string(),
  columns: z.array(z.string()),
});
export type ForeignKey = z.infer<typeof Row>;

/** Foreign keys of the schemas `$1`, at most 1,000: the columns of the child by which a deleted parent is searched. */
export const foreignKeys: Diagnostic<ForeignKey> = {
  name: "foreign-keys",
  finds: "foreign keys and the columns of their children",
  needs: "nothing",
  risk: "free",
  mostRows: 1000,
  text: `select o.conname::text as constraint, o.conrelid::int8::float8 as child_oid, n.nspname::text as child_schema, c.relname::text as child,
      o.confrelid::int8::float8 as parent_oid, p.relname::text as parent,
      array(select a.attname::text from unnest(o.conkey) with ordinality k(attnum, ordinal)
        join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.attnum order by k.ordinal) as columns
    from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace join pg_class p on p.oid = o.confrelid
    where o.contype = 'f' and n.nspname = any($1) and c.relkind = 'r'
    order by c.relpages desc, o.conname limit 1000`,
  row: Row,
};
