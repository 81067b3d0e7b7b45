import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  pid: z.number(),
  backend_start: z.string(),
  xact_start: z.string().nullable(),
  role: z.string().nullable(),
  is_superuser: z.boolean(),
  application: z.string(),
  database: z.string().nullable(),
  is_here: z.boolean(),
  backend_type: z.string(),
  state: z.string().nullable(),
  wait_event_type: z.string().nullable(),
  wait_event: z.string().nullable(),
  transaction_seconds: z.number().nullable(),
  statement_seconds: z.number().nullable(),
  state_seconds: z.number().nullable(),
  /** How many transaction ids ago the oldest one is that it may still see, or holds itself. */
  horizon_age: z.number().nullable(),
  has_transaction_id: z.boolean(),
  /** The first word of what it runs or ran last, in upper case; never the statement itself. */
  command: z.string(),
  blocked_by: z.array(z.number()),
});
export type SessionFacts = z.infer<typeof Row>;

/** Sessions and workers, PgMedic's own left out, at most 500: those that wait or hold something first. 0 among the blockers is a prepared transaction. */
export const sessions: Diagnostic<SessionFacts> = {
  name: "sessions",
  finds: "sessions, what they wait for and who blocks them",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 500,
  text: `select a.pid, to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as backend_start,
      to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as xact_start,
      a.usename::text as role, coalesce((select r.rolsuper from pg_roles r where r.oid = a.usesysid), false) as is_superuser,
      a.application_name as application, a.datname::text as database, a.datname is not distinct from current_database() as is_here,
      a.backend_type, a.state, a.wait_event_type, a.wait_event,
      extract(epoch from clock_timestamp() - a.xact_start)::float8 as transaction_seconds,
      extract(epoch from clock_timestamp() - a.query_start)::float8 as statement_seconds,
      extract(epoch from clock_timestamp() - a.state_change)::float8 as state_seconds,
      greatest(age(a.backend_xmin), age(a.backend_xid))::float8 as horizon_age, a.backend_xid is not null as has_transaction_id,
      upper(substring(ltrim(regexp_replace(a.query, '^(\\s*(/\\*.*?\\*/|--[^\\n]*\\n))*', '')) from '^[A-Za-z]+'))::text as command,
      case when a.wait_event_type = 'Lock' then pg_blocking_pids(a.pid) else '{}' end as blocked_by
    from pg_stat_activity a
    where a.pid <> pg_backend_pid() and a.application_name not like 'pgmedic/%'
      and a.backend_type in ('client backend', 'autovacuum worker', 'walsender', 'parallel worker')
    order by a.wait_event_type = 'Lock' desc nulls last, a.xact_start nulls last, a.pid
    limit 500`,
  row: Row.extend({
    command: z
      .string()
      .nullable()
      .transform((command) => command ?? ""),
  }),
};
