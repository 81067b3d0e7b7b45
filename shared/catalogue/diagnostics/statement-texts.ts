import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";
import { identifier } from "../../core/identifier.ts";

const Row = z.strictObject({ key: z.string(), query: z.string(), role: z.string().nullable() });

/** The normalised texts of the statements with the keys `$1`, and the role that runs each. */
export const statementTexts = (schema: string): Diagnostic<z.infer<typeof Row>> => ({
  name: "statement-texts",
  finds: "normalised texts of statements",
  needs: "pg_monitor",
  risk: "free",
  mostRows: null,
  text: `select s.userid::text || '/' || s.queryid::text as key, min(s.query) as query,
      (select r.rolname::text from pg_roles r where r.oid = s.userid) as role
    from ${identifier(schema, "pg_stat_statements")} s
    where s.dbid = (select oid from pg_database where datname = current_database())
      and s.userid::text || '/' || s.queryid::text = any($1)
    group by s.userid, s.queryid`,
  row: Row,
});
