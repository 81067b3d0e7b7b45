import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  role: z.string(),
  is_superuser: z.boolean(),
  is_monitor: z.boolean(),
  reads_all_data: z.boolean(),
  readable_tables: z.number(),
  all_tables: z.number(),
  owners: z.array(z.string()),
  owned_by_member: z.array(z.string()),
  superuser_owners: z.array(z.string()),
  /** Where an owner of tables may not create: an index counts as a new object of the schema. */
  closed_schemas: z.array(z.strictObject({ schema: z.string(), owner: z.string() })),
  /** Schemas with tables that are not watched. */
  other_schemas: z.array(z.string()),
});
export type Privileges = z.infer<typeof Row>;

/**
 * What the role of this session may do in the schemas `$1`: monitor, read, and act for which owners. Since PostgreSQL 16 a membership
 * alone does not allow SET ROLE.
 */
export const privileges: Diagnostic<Privileges> = {
  name: "privileges",
  finds: "what a role may see and do",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
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
        where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p') and pg_has_role(current_user, c.relowner,
          case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) order by 1) as owned_by_member,
      array(select rolname::text from pg_roles where rolsuper and oid in (select c.relowner from pg_class c
        where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p')) order by 1) as superuser_owners,
      (select coalesce(json_agg(json_build_object('schema', n.nspname, 'owner', pg_get_userbyid(o.relowner)) order by n.nspname), '[]'::json)
        from (select distinct relnamespace, relowner from pg_class where relnamespace = any(s.oids) and relkind in ('r', 'p')) o
          join pg_namespace n on n.oid = o.relnamespace
        where not has_schema_privilege(o.relowner, o.relnamespace, 'create')) as closed_schemas,
      array(select distinct n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not n.oid = any(s.oids) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1) as other_schemas
    from (select array(select oid from pg_namespace where nspname = any($1)) as oids) s`,
  row: Row,
};
