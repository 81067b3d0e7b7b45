import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  role: z.string(),
  /** ISO 8601 in UTC. */
  valid_until: z.string(),
  sessions: z.number(),
});
export type RoleExpiry = z.infer<typeof Row>;

/** Roles that sign in with a password which has an end, the nearest first. `rolvaliduntil` is seen by everybody, and ends passwords alone. */
export const roleExpiries: Diagnostic<RoleExpiry> = {
  name: "role-expiries",
  finds: "passwords that end",
  needs: "nothing",
  risk: "free",
  mostRows: 100,
  text: `select r.rolname::text as role,
      to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as valid_until,
      (select count(*) from pg_stat_activity a where a.usesysid = r.oid)::int as sessions
    from pg_roles r
    where r.rolcanlogin and r.rolvaliduntil is not null and isfinite(r.rolvaliduntil)
      and r.rolvaliduntil between '1970-01-01' and '9999-01-01'
    order by r.rolvaliduntil, r.rolname limit 100`,
  row: Row,
};
