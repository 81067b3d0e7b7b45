import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

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

/** Partitions of one table beyond this many are left out: plans over more differ by little but their length. */
export const MOST_PARTITIONS = 128;

/**
 * Tables, partitioned tables and materialised views that planning a query over the names `$2` in the schemas `$1` touches: those
 * named, what named views read, and partitions. `rows` is -1 where never analysed.
 */
export const tables: Diagnostic<TableFacts> = {
  name: "tables",
  finds: "size and owner of tables",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `with recursive reached(oid, kind) as (
      select c.oid, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relname = any($2) and c.relkind in ('r', 'p', 'm', 'v')
      union
      select c.oid, c.relkind from reached r cross join lateral (
        select d.refobjid as oid from pg_rewrite w
          join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
        where r.kind = 'v' and w.ev_class = r.oid
        union
        (select i.inhrelid from pg_inherits i where r.kind = 'p' and i.inhparent = r.oid order by i.inhrelid limit ${MOST_PARTITIONS})
      ) below join pg_class c on c.oid = below.oid
      where c.relkind in ('r', 'p', 'm', 'v'))
    select c.oid::int8::float8 as oid, n.nspname::text as schema, c.relname::text as "table", c.relkind::text as kind,
      pg_get_userbyid(c.relowner)::text as owner, c.relpages as pages, c.reltuples::float8 as rows,
      c.relallvisible as all_visible_pages,
      case when c.relkind = 'p' then 0 else pg_relation_size(c.oid) end::float8 as bytes
    from reached r join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind <> 'v'
    order by n.nspname, c.relname`,
  row: Row,
};
