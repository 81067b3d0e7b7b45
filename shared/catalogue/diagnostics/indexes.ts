import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  oid: z.number(),
  table_oid: z.number(),
  schema: z.string(),
  index: z.string(),
  definition: z.string(),
  method: z.string(),
  /** Key columns in order; null where a key is an expression. */
  key_columns: z.array(z.string().nullable()),
  predicate: z.string().nullable(),
  is_unique: z.boolean(),
  is_primary: z.boolean(),
  is_constraint: z.boolean(),
  is_valid: z.boolean(),
  is_ready: z.boolean(),
  pages: z.number(),
  rows: z.number(),
  bytes: z.number(),
});
export type IndexFacts = z.infer<typeof Row>;

/** Indexes of the tables `$1`, invalid ones included. */
export const indexes: Diagnostic<IndexFacts> = {
  name: "indexes",
  finds: "indexes of tables",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select i.indexrelid::int8::float8 as oid, i.indrelid::int8::float8 as table_oid, n.nspname::text as schema, c.relname::text as index,
      pg_get_indexdef(i.indexrelid) as definition, am.amname::text as method,
      array(select a.attname::text from unnest(i.indkey::int2[]) with ordinality k(attnum, ordinal)
        left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
        where k.ordinal <= i.indnkeyatts order by k.ordinal) as key_columns,
      pg_get_expr(i.indpred, i.indrelid) as predicate, i.indisunique as is_unique, i.indisprimary as is_primary,
      exists (select 1 from pg_constraint o where o.conindid = i.indexrelid) as is_constraint,
      i.indisvalid as is_valid, i.indisready as is_ready, c.relpages as pages, c.reltuples::float8 as rows,
      pg_relation_size(c.oid)::float8 as bytes
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_am am on am.oid = c.relam
    where i.indrelid = any($1::int8[]::oid[])
    order by c.relname`,
  row: Row,
};
