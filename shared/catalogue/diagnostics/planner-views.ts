import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ schema: z.string(), view: z.string(), definition: z.string(), depth: z.number() });
export type ViewFacts = z.infer<typeof Row>;

/** Views with the names `$2` in the schemas `$1` and the views below them, the innermost first, so that they can be made in this order. */
export const plannerViews: Diagnostic<ViewFacts> = {
  name: "planner-views",
  finds: "views and what is below them",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `with recursive reached(oid, depth) as (
      select c.oid, 0 from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relname = any($2) and c.relkind = 'v'
      union all
      select d.refobjid, r.depth + 1 from reached r join pg_rewrite w on w.ev_class = r.oid
        join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass
        join pg_class c on c.oid = d.refobjid
      where c.relkind = 'v' and d.refobjid <> r.oid and r.depth < 8)
    select n.nspname::text as schema, c.relname::text as view, pg_get_viewdef(c.oid) as definition, max(r.depth) as depth
    from reached r join pg_class c on c.oid = r.oid join pg_namespace n on n.oid = c.relnamespace
    group by 1, 2, 3
    order by 4 desc, 1, 2`,
  row: Row,
};
