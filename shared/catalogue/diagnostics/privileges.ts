import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({
  role: z.string(),
  is_superuser: z.boolean(),
  is_monitor: z.boolean(),
  reads_all_data: z.boolean(),
  readable_tables: z.number(),
  all_tables: z.number(),
  owners: z.array(z.string()),
  owned_by_member: z.array(z.string()),
  can_create_in: z.array(z.string()),
});
export type Privileges = z.infer<typeof Row>;

/** What the role of this session may do in the schemas `$1`: monitor, read, and act for which owners. */
export const privileges: Statement<Privileges> = {
  name: "privileges",
  text: `select current_user::text as role,
      (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
      pg_has_role(current_user, 'pg_monitor', 'usage') as is_monitor,
      case when current_setting('server_version_num')::int >= 140000
        then (select pg_has_role(current_user, oid, 'usage') from pg_roles where rolname = 'pg_read_all_data')
        else false end as reads_all_data,
      (select count(*) from pg_class c where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p')
        and has_table_privilege(c.oid, 'select'))::int as readable_tables,
      (select count(*) from pg_class c where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p'))::int as all_tables,
      array(select distinct pg_get_userbyid(c.relowner)::text from pg_class c
        where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p') order by 1) as owners,
      array(select distinct pg_get_userbyid(c.relowner)::text from pg_class c
        where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner, 'member') order by 1) as owned_by_member,
      array(select nspname::text from pg_namespace where oid = any(s.oids) and has_schema_privilege(oid, 'create') order by 1) as can_create_in
    from (select array(select oid from pg_namespace where nspname = any($1)) as oids) s`,
  row: Row,
};
