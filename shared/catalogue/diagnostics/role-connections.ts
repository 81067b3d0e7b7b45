import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  role: z.string(),
  is_superuser: z.boolean(),
  connection_limit: z.number(),
  connections: z.number(),
  idle: z.number(),
  idle_in_transaction: z.number(),
  active: z.number(),
  /** The application name that most of them carry. */
  application: z.string(),
  longest_idle_seconds: z.number(),
  /** The role's own settings in this database, as `name=value`. */
  settings: z.array(z.string()),
  /** Whether this session's role, or the executor, may change it is another question: who may. */
  is_login: z.boolean(),
});
export type RoleConnections = z.infer<typeof Row>;

/** Connections by role, PgMedic's own left out. */
export const roleConnections: Diagnostic<RoleConnections> = {
  name: "role-connections",
  finds: "connections by role",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 200,
  text: `select r.rolname::text as role, r.rolsuper as is_superuser, r.rolconnlimit as connection_limit, count(*)::int as connections,
      count(*) filter (where a.state = 'idle')::int as idle,
      count(*) filter (where a.state like 'idle in transaction%')::int as idle_in_transaction,
      count(*) filter (where a.state = 'active')::int as active,
      coalesce(mode() within group (order by a.application_name), '') as application,
      coalesce(max(extract(epoch from clock_timestamp() - a.state_change)) filter (where a.state = 'idle'), 0)::float8 as longest_idle_seconds,
      coalesce((select s.setconfig from pg_db_role_setting s
        where s.setrole = r.oid and s.setdatabase = (select oid from pg_database where datname = current_database())), '{}') as settings,
      r.rolcanlogin as is_login
    from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
    where a.backend_type = 'client backend' and a.application_name not like 'pgmedic/%'
    group by r.oid, r.rolname, r.rolsuper, r.rolconnlimit, r.rolcanlogin
    order by count(*) desc, r.rolname limit 200`,
  row: Row,
};
