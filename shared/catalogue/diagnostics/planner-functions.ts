import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  schema: z.string(),
  function: z.string(),
  arguments: z.string(),
  result: z.string(),
  /** i immutable, s stable, v volatile */
  volatility: z.string(),
  is_strict: z.boolean(),
  returns_set: z.boolean(),
  cost: z.number(),
  rows: z.number(),
});
export type FunctionFacts = z.infer<typeof Row>;

/** The user's own functions with the names `$2` in the schemas `$1`: what the planner knows of them, not what they do. */
export const plannerFunctions: Diagnostic<FunctionFacts> = {
  name: "planner-functions",
  finds: "functions that plans depend on",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select n.nspname::text as schema, p.proname::text as function, pg_get_function_arguments(p.oid) as arguments,
      pg_get_function_result(p.oid) as result, p.provolatile::text as volatility, p.proisstrict as is_strict,
      p.proretset as returns_set, p.procost::float8 as cost, p.prorows::float8 as rows
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any($1) and p.proname = any($2) and p.prokind = 'f'
      and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
    order by 1, 2, 3`,
  row: Row,
};
