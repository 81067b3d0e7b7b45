import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  table_oid: z.number(),
  column: z.string(),
  position: z.number(),
  type: z.string(),
  /** b base, e enum, d domain, c composite, r range, m multirange, p pseudo */
  type_kind: z.string(),
  type_schema: z.string(),
  /** The extension that brought the type under a domain; null for PostgreSQL's own and for a user's. */
  type_extension: z.string().nullable(),
  base_type: z.string(),
  collation: z.string().nullable(),
  is_not_null: z.boolean(),
  has_btree: z.boolean(),
  /** The column's own statistics target; -1 for none. */
  statistics_target: z.number(),
});
export type ColumnFacts = z.infer<typeof Row>;

/**
 * Columns of the tables `$1`, with the type under a domain and whether a b-tree can hold them. A column with the database's own
 * collation has none here.
 */
export const columns: Diagnostic<ColumnFacts> = {
  name: "columns",
  finds: "columns and their types",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select a.attrelid::int8::float8 as table_oid, a.attname::text as column, a.attnum::int as position,
      format_type(a.atttypid, a.atttypmod) as type, t.typtype::text as type_kind, tn.nspname::text as type_schema,
      (select e.extname::text from pg_depend d join pg_extension e on e.oid = d.refobjid
        where d.classid = 'pg_type'::regclass and d.objid = coalesce(nullif(t.typbasetype, 0), t.oid)
          and d.refclassid = 'pg_extension'::regclass and d.deptype = 'e') as type_extension,
      format_type(coalesce(nullif(t.typbasetype, 0), t.oid), case when t.typbasetype = 0 then a.atttypmod else t.typtypmod end) as base_type,
      (select case when co.collname = 'default' then null else co.collname end::text from pg_collation co where co.oid = a.attcollation) as collation,
      a.attnotnull as is_not_null,
      exists (select 1 from pg_opclass oc join pg_am am on am.oid = oc.opcmethod
        where am.amname = 'btree' and oc.opcdefault
          and (oc.opcintype = coalesce(nullif(t.typbasetype, 0), t.oid) or t.typtype in ('e', 'r')
            or (t.typcategory = 'S' and oc.opcintype = 'text'::regtype))) as has_btree,
      coalesce(a.attstattarget, -1)::int as statistics_target
    from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_namespace tn on tn.oid = t.typnamespace
    where a.attrelid = any($1::int8[]::oid[]) and a.attnum > 0 and not a.attisdropped
    order by a.attrelid, a.attnum`,
  row: Row,
};
