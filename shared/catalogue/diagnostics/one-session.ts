import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  state: z.string().nullable(),
  xact_start: z.string().nullable(),
  role: z.string().nullable(),
  application: z.string(),
  is_superuser: z.boolean(),
});
export type OneSession = z.infer<typeof Row>;

/** The session with the process id `$1` that began at `$2` (to the millisecond), if it is still there. */
export const oneSession: Diagnostic<OneSession> = {
  name: "one-session",
  finds: "whether one session is still in one transaction",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: `select a.state, to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as xact_start,
      a.usename::text as role, a.application_name as application,
      coalesce((select r.rolsuper from pg_roles r where r.oid = a.usesysid), false) as is_superuser
    from pg_stat_activity a
    where a.pid = $1 and to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') = $2`,
  row: Row,
};
