import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  is_superuser: z.boolean(),
  connection_limit: z.number(),
  /** The role's own settings in this database, as `name=value`. */
  settings: z.array(z.string()),
  connections: z.number(),
});
export type RoleFacts = z.infer<typeof Row>;

/** One role, named `$1`: its limit, its settings in this database, and how many sessions it has. */
export const roleFacts: Diagnostic<RoleFacts> = {
  name: "role-facts",
  finds: "limit, settings and sessions of one role",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text: `select r.rolsuper as is_superuser, r.rolconnlimit as connection_limit,
      coalesce((select s.setconfig from pg_db_role_setting s
        where s.setrole = r.oid and s.setdatabase = (select oid from pg_database where datname = current_database())), '{}') as settings,
      (select count(*) from pg_stat_activity a where a.usesysid = r.oid)::int as connections
    from pg_roles r where r.rolname = $1`,
  row: Row,
};
