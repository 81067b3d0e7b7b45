-- What the two roles may do in one database. Run it in every watched database, as an administrator who may grant the owners' roles:
--   psql -v investigator=pgmedic_investigator -v executor=pgmedic_executor -v schemas=public,sales \
--        -v reads_all_data=off -v ends_sessions=off -f grants.sql
-- It may be run again at any time: after new owners or schemas, after break-glass.sql, after a restore.
--
-- schemas         what PgMedic may look at and act in
-- reads_all_data  on: pg_read_all_data (PostgreSQL 14 or newer) instead of SELECT on the tables that there are now. PgMedic reads
--                 statistics, not tables; but PostgreSQL shows column statistics only to who may read the column.
-- ends_sessions   on: the executor may see, cancel and end sessions (pg_monitor, pg_signal_backend); every one is asked of a person first
\set ON_ERROR_STOP on

begin;

select pg_catalog.set_config('pgmedic.investigator', :'investigator', true),
       pg_catalog.set_config('pgmedic.executor', :'executor', true),
       pg_catalog.set_config('pgmedic.schemas', :'schemas', true),
       pg_catalog.set_config('pgmedic.reads_all_data', :'reads_all_data', true),
       pg_catalog.set_config('pgmedic.ends_sessions', :'ends_sessions', true);

do $$
declare
  investigator constant text := current_setting('pgmedic.investigator');
  executor constant text := current_setting('pgmedic.executor');
  schemas constant text[] := regexp_split_to_array(current_setting('pgmedic.schemas'), '\s*,\s*');
  reads_all constant boolean := current_setting('pgmedic.reads_all_data')::boolean;
  -- Since 16 a membership says for itself whether it may be used without SET ROLE; before, the member says it for all.
  says_itself constant boolean := current_setting('server_version_num')::int >= 160000;
  owners name[];
  administrators name[];
  plain name;
  missing text;
  remedy text;
  owner name;
  one text;
begin
  select string_agg(s, ', ') into missing from unnest(schemas) s where not exists (
    select from pg_catalog.pg_namespace where nspname = s);
  if missing is not null then
    raise exception 'there is no schema % in the database %', missing, current_database();
  end if;
  select array_agg(distinct r.rolname order by r.rolname) into owners
  from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_roles r on r.oid = c.relowner
  where n.nspname = any(schemas) and c.relkind in ('r', 'p');

  -- Who may act for an administrator is one. The condition is the check's, in shared/catalogue/diagnostics/privileges.ts with the reasons.
  select array_agg(r.rolname order by r.rolname) into administrators
  from pg_catalog.pg_roles r
  where r.rolname = any(owners) and exists (
    select from pg_catalog.pg_roles p
    where pg_catalog.pg_has_role(r.oid, p.oid, 'member') and (p.rolsuper or p.rolcreaterole or p.rolreplication
      or p.rolname in ('azure_pg_admin', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')));
  if administrators is not null then
    plain := current_database() || case when current_database() || '_owner' = any(administrators) then '_tables' else '_owner' end;
    select concat_ws(E'\n',
        case when not exists (select from pg_catalog.pg_roles where rolname = plain) then format('create role %I nologin;', plain) end,
        format('grant %I to %s;', plain, (select string_agg(quote_ident(a), ', ') from unnest(administrators) a)),
        string_agg(distinct format('grant usage, create on schema %I to %I;', n.nspname, plain), E'\n'),
        string_agg(format('alter table %I.%I owner to %I;', n.nspname, c.relname, plain), E'\n' order by n.nspname, c.relname))
      into remedy
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = any(schemas) and c.relkind in ('r', 'p') and pg_get_userbyid(c.relowner) = any(administrators);
    raise exception 'tables belong to %: who may act for an administrator may do everything', array_to_string(administrators, ', ')
      using hint = E'Give them an owner that can do nothing else. As the owner of today:\n' || remedy;
  end if;

  -- Since 16 CREATEROLE alone gives no role away that somebody else made.
  select string_agg(quote_ident(o), ', ') into missing
  from unnest(owners) o where says_itself and not pg_has_role(o, 'member with admin option');
  if missing is not null then
    raise exception '% may not give % to the executor', current_user, missing
      using hint = format(E'As who made the role, or has ADMIN OPTION on it:\ngrant %s to %I with admin option;', missing, current_user);
  end if;

  -- Everybody may connect unless somebody took that away.
  foreach one in array array[investigator, executor] loop
    if not has_database_privilege(one, current_database(), 'connect') then
      execute format('grant connect on database %I to %I', current_database(), one);
    end if;
  end loop;

  -- The investigator looks. What it may not do is said twice: it has no right to write, and its sessions are read-only.
  execute format('grant pg_monitor to %I', investigator);
  execute format('alter role %I set default_transaction_read_only = on', investigator);
  execute format('alter role %I connection limit 10', investigator);
  if reads_all then
    execute format('grant pg_read_all_data to %I', investigator);
  else
    foreach one in array schemas loop
      execute format('grant usage on schema %I to %I', one, investigator);
      begin
        execute format('grant select on all tables in schema %I to %I', one, investigator);
      exception when insufficient_privilege then
        -- Who made a role does not have its rights by that: since 16 only ADMIN OPTION, before nothing.
        select string_agg(quote_ident(o), ', ') into missing from unnest(owners) o where not pg_has_role(o, 'usage');
        raise insufficient_privilege using message = sqlerrm,
          hint = format(E'Take the rights of the tables'' owners first:\ngrant %s to %I;', missing, current_user);
      end;
    end loop;
  end if;

  -- The executor has no right of its own. It acts as a table's owner, and only after it has said so.
  execute format('alter role %I connection limit 10', executor);
  if not says_itself then
    execute format('alter role %I noinherit', executor);
  end if;
  foreach owner in array coalesce(owners, '{}') loop
    execute format('grant %I to %I%s', owner, executor, case when says_itself then ' with set true, inherit false' else '' end);
    -- Tables that come later. Without the owner's rights nobody may speak for it; a membership that gives ADMIN OPTION alone does not.
    if not reads_all and pg_has_role(owner, 'usage') then
      foreach one in array schemas loop
        execute format('alter default privileges for role %I in schema %I grant select on tables to %I', owner, one, investigator);
      end loop;
    elsif not reads_all then
      raise notice 'run this again after % has made a table: % may not say who reads it', owner, current_user;
    end if;
  end loop;
  if current_setting('pgmedic.ends_sessions')::boolean then
    -- Rights that come with a sign-in, where the executor otherwise inherits nothing.
    -- A session is ended only while it is still in the transaction that people agreed on, which who may not see it cannot tell.
    execute format('grant pg_signal_backend, pg_monitor to %I%s', executor, case when says_itself then ' with inherit true, set false' else '' end);
    if not says_itself then
      raise notice 'before PostgreSQL 16 the executor uses pg_signal_backend after SET ROLE only';
    end if;
  end if;
end
$$;

commit;
