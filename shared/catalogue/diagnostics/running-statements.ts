import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ query: z.string() });

/**
 * What sessions of this database run or ran last, with its constants, at most 200. The texts stay in this process: they show the planner
 * clone what `$1` stands for, are never stored and never leave it.
 */
export const runningStatements: Diagnostic<z.infer<typeof Row>> = {
  name: "running-statements",
  finds: "what sessions run, for the planner clone alone",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 200,
  text: `select query from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and application_name not like 'pgmedic/%'
      and pid <> pg_backend_pid() and query <> '' and query not like '<%'
    order by query_start desc nulls last limit 200`,
  row: Row,
};
