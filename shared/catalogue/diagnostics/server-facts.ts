import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({
  version: z.number(),
  database: z.string(),
  is_in_recovery: z.boolean(),
  statements_schema: z.string().nullable(),
  started_at: z.string(),
  now: z.string(),
  max_connections: z.number(),
});
export type ServerFacts = z.infer<typeof Row>;

/** Who the server is: version number (150018 for 15.18), database, and where pg_stat_statements lives, if it does. */
export const serverFacts: Statement<ServerFacts> = {
  name: "server-facts",
  text: `select current_setting('server_version_num')::int as version,
      current_database()::text as database,
      pg_is_in_recovery() as is_in_recovery,
      (select n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements') as statements_schema,
      pg_postmaster_start_time()::text as started_at,
      to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
      current_setting('max_connections')::int as max_connections`,
  row: Row,
};
