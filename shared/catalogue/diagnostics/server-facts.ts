import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  version: z.number(),
  database: z.string(),
  is_in_recovery: z.boolean(),
  statements_schema: z.string().nullable(),
  statements_version: z.number().nullable(),
  /** Without it the role sees its own sessions and statements alone. */
  sees_all: z.boolean(),
  started_at: z.string(),
  now: z.string(),
  max_connections: z.number(),
});
export type ServerFacts = z.infer<typeof Row>;

/**
 * Who the server is: version number (150018 for 15.18), database, and where pg_stat_statements lives, if it can be used: the
 * server must have loaded it at its start, which its settings show, this role may look into its schema, and it is at version 1.8
 * (108 here), the one of PostgreSQL 13: a server that was upgraded keeps the extension's old version until somebody updates it.
 */
export const serverFacts: Diagnostic<ServerFacts> = {
  name: "server-facts",
  finds: "version, role, and where pg_stat_statements is",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select current_setting('server_version_num')::int as version,
      current_database()::text as database,
      pg_is_in_recovery() as is_in_recovery,
      s.schema as statements_schema,
      s.version as statements_version,
      pg_has_role(current_user, 'pg_read_all_stats', 'usage') as sees_all,
      pg_postmaster_start_time()::text as started_at,
      to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
      current_setting('max_connections')::int as max_connections
    from (select 1) one left join (
      select n.nspname::text as schema,
        split_part(e.extversion, '.', 1)::int * 100 + split_part(e.extversion, '.', 2)::int as version
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace
      where e.extname = 'pg_stat_statements' and has_schema_privilege(n.oid, 'usage')) s
      on s.version >= 108 and current_setting('pg_stat_statements.max', true) is not null`,
  row: Row,
};
