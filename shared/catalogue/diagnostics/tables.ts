import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({
  oid: z.number(),
  schema: z.string(),
  table: z.string(),
  kind: z.enum(["r", "p", "m"]),
  owner: z.string(),
  pages: z.number(),
  rows: z.number(),
  all_visible_pages: z.number(),
  bytes: z.number(),
});
export type TableFacts = z.infer<typeof Row>;

/** Tables, partitioned tables and materialised views in the schemas `$1` with the names `$2`. `rows` is -1 where never analysed. */
export const tables: Statement<TableFacts> = {
  name: "tables",
  text: `select c.oid::int8::float8 as oid, n.nspname::text as schema, c.relname::text as "table", c.relkind::text as kind,
      pg_get_userbyid(c.relowner)::text as owner, c.relpages as pages, c.reltuples::float8 as rows,
      c.relallvisible as all_visible_pages,
      case when c.relkind = 'p' then 0 else pg_relation_size(c.oid) end::float8 as bytes
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any($1) and c.relname = any($2) and c.relkind in ('r', 'p', 'm')
    order by n.nspname, c.relname`,
  row: Row,
};
