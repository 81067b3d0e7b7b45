import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";
import { identifier } from "../../core/identifier.ts";

const Row = z.strictObject({ key: z.string(), query: z.string() });

/** The normalised texts of the statements with the keys `$1`. */
export const statementTexts = (schema: string): Statement<z.infer<typeof Row>> => ({
  name: "statement-texts",
  text: `select userid::text || '/' || queryid::text as key, min(query) as query
    from ${identifier(schema, "pg_stat_statements")}
    where dbid = (select oid from pg_database where datname = current_database())
      and userid::text || '/' || queryid::text = any($1)
    group by userid, queryid`,
  row: Row,
});
