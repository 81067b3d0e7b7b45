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
  /** Whether this role may administer the server, and through which roles it was given: what is `administers` below. */
  is_administrator: z.boolean(),
  administrator_memberships: z.array(z.strictObject({ role: z.string(), grantor: z.string() })),
  /** Owners of tables who may, with the first tables that they own. */
  administrator_owners: z.array(z.string()),
  administrator_tables: z.array(z.strictObject({ schema: z.string(), table: z.string() })),
  database: z.string(),
  /** Those that there are of the roles that tables of administrators can be given to. */
  plain_roles: z.array(z.string()),
  /** Where an owner of tables may not create: an index counts as a new object of the schema. */
  closed_schemas: z.array(z.strictObject({ schema: z.string(), owner: z.string() })),
  /** Schemas with tables that are not watched. */
  other_schemas: z.array(z.string()),
});
export type Privileges = z.infer<typeof Row>;

/**
 * The condition that the role `r` may do more than own tables, itself or as a role that it may become: SET ROLE asks the session's user, so
 * that who may act for `r` reaches all of them. Membership counts whatever its options: ADMIN OPTION alone can give itself the others.
 * No administrator on Azure is a superuser; azure_pg_admin and CREATEROLE make one. Programs and files of the server lead to superuser
 * (documentation, "Predefined Roles"); REPLICATION reads the changes of every table and can keep the WAL until the disk is full.
 * pg_read_all_data, pg_write_all_data, BYPASSRLS and CREATEDB make nobody an administrator, and applications own tables with them.
 */
export const administers = `exists (
    select from pg_catalog.pg_roles p
    where pg_catalog.pg_has_role(r.oid, p.oid, 'member') and (p.rolsuper or p.rolcreaterole or p.rolreplication
      or p.rolname in ('azure_pg_admin', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')))`;

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
  text: `with s as materialized (select array(select oid from pg_namespace where nspname = any($1)) as oids),
    administrators as materialized (select r.oid, r.rolname from pg_roles r, s
      where r.oid in (select c.relowner from pg_class c where c.relnamespace = any(s.oids) and c.relkind in ('r', 'p')) and ${administers})
    select current_user::text as role,
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
      (select ${administers} from pg_roles r where r.rolname = current_user) as is_administrator,
      (select coalesce(json_agg(distinct jsonb_build_object('role', r.rolname, 'grantor', pg_get_userbyid(m.grantor))), '[]'::json)
        from pg_auth_members m join pg_roles r on r.oid = m.roleid
        where m.member = (select oid from pg_roles where rolname = current_user) and ${administers}) as administrator_memberships,
      array(select rolname::text from administrators order by 1) as administrator_owners,
      (select coalesce(json_agg(json_build_object('schema', t.nspname, 'table', t.relname)), '[]'::json)
        from (select n.nspname, c.relname from pg_class c join administrators a on a.oid = c.relowner join pg_namespace n on n.oid = c.relnamespace
          where n.oid = any(s.oids) and c.relkind in ('r', 'p') order by 1, 2 limit 100) t) as administrator_tables,
      current_database()::text as database,
      array(select rolname::text from pg_roles where rolname in (current_database() || '_owner', current_database() || '_tables')) as plain_roles,
      (select coalesce(json_agg(json_build_object('schema', n.nspname, 'owner', pg_get_userbyid(o.relowner)) order by n.nspname), '[]'::json)
        from (select distinct relnamespace, relowner from pg_class where relnamespace = any(s.oids) and relkind in ('r', 'p')) o
          join pg_namespace n on n.oid = o.relnamespace
        where not has_schema_privilege(o.relowner, o.relnamespace, 'create')) as closed_schemas,
      array(select distinct n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not n.oid = any(s.oids) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1) as other_schemas
    from s`,
  row: Row,
};
