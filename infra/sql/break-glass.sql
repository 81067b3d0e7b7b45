-- Break-glass: takes everything from both roles and ends their sessions, at once. PgMedic and Azure need not be up for it.
-- Run it as an administrator, in any database of the server, and again in each watched one for the last part:
--   psql -v investigator=pgmedic_investigator -v executor=pgmedic_executor -f break-glass.sql
-- Since PostgreSQL 16 that is who made the two roles and ran grants.sql, or a superuser: let a group do all three. Anybody else ends the
-- sessions and is told what is still open.
-- An index build that is under way is ended with its session and leaves an INVALID index, which is safe to drop.
-- Way back: restore-sign-in.sql, then grants.sql.
\set ON_ERROR_STOP on

select pg_catalog.set_config('pgmedic.investigator', :'investigator', false),
       pg_catalog.set_config('pgmedic.executor', :'executor', false);

-- First: nobody comes in any more, and nobody may act for an owner. In a transaction of its own: what follows cannot undo it.
begin;
do $$
declare
  one text;
  held record;
begin
  foreach one in array array[current_setting('pgmedic.executor'), current_setting('pgmedic.investigator')] loop
    -- Whoever runs this may be the wrong one for it: the sessions are ended all the same, and that is a right of its own.
    begin
      execute format('alter role %I nologin', one);
    exception when insufficient_privilege then
      raise warning 'THE DOOR IS STILL OPEN: % may sign in again (%)', one, sqlerrm
        using hint = format('As who made the role, or has ADMIN OPTION on it: alter role %I nologin;', one);
    end;
    for held in
      select granted.rolname as gift, grantor.rolname as giver
      from pg_catalog.pg_auth_members m
        join pg_catalog.pg_roles granted on granted.oid = m.roleid
        join pg_catalog.pg_roles member on member.oid = m.member
        join pg_catalog.pg_roles grantor on grantor.oid = m.grantor
      where member.rolname = one
    loop
      -- What somebody else gave may not be ours to take; who cannot sign in has no use for it.
      begin
        execute format('revoke %I from %I%s', held.gift, one,
          case when current_setting('server_version_num')::int >= 160000 then format(' granted by %I', held.giver) else '' end);
      exception when insufficient_privilege then
        raise warning 'not taken back: % from % (%)', held.gift, one, sqlerrm;
      end;
    end loop;
  end loop;
end
$$;
commit;

-- Then: who is in goes out.
select pid, application_name, pg_catalog.pg_terminate_backend(pid) as ended
from pg_catalog.pg_stat_activity
where usename in (:'investigator', :'executor') and pid <> pg_catalog.pg_backend_pid();

-- Last: the rights on this database. One that cannot be taken back is said, and does not keep the others.
do $$
declare
  one text;
  place record;
begin
  foreach one in array array[current_setting('pgmedic.executor'), current_setting('pgmedic.investigator')] loop
    for place in
      select format('revoke all on database %I from %I', current_database(), one) as statement
      union all
      select format('revoke all on schema %I from %I', n.nspname, one)
      from pg_catalog.pg_namespace n, aclexplode(n.nspacl) a
      where a.grantee = (select oid from pg_catalog.pg_roles where rolname = one)
      union all
      select distinct format('revoke all on table %I.%I from %I', n.nspname, c.relname, one)
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
      where a.grantee = (select oid from pg_catalog.pg_roles where rolname = one) and c.relkind in ('r', 'p', 'v', 'm', 'f')
      union all
      select distinct format('alter default privileges for role %I%s revoke all on tables from %I', pg_get_userbyid(d.defaclrole),
        case when d.defaclnamespace = 0 then '' else format(' in schema %s', d.defaclnamespace::regnamespace) end, one)
      from pg_catalog.pg_default_acl d, aclexplode(d.defaclacl) a
      where a.grantee = (select oid from pg_catalog.pg_roles where rolname = one) and d.defaclobjtype = 'r'
    loop
      begin
        execute place.statement;
      exception when insufficient_privilege then
        raise warning 'not taken back: % (%)', place.statement, sqlerrm;
      end;
    end loop;
  end loop;
end
$$;
