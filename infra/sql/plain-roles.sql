-- The two roles of PgMedic on a server without Entra ID, with passwords. Run it once a server, as a role that may create roles:
--   psql -v investigator=pgmedic_investigator -v investigator_password=… -v executor=pgmedic_executor -v executor_password=… \
--        -f plain-roles.sql
\set ON_ERROR_STOP on

-- The passwords are not shown.
select pg_catalog.set_config('pgmedic.investigator', :'investigator', false) as investigator,
       pg_catalog.set_config('pgmedic.investigator_password', :'investigator_password', false) <> '' as has_password,
       pg_catalog.set_config('pgmedic.executor', :'executor', false) as executor,
       pg_catalog.set_config('pgmedic.executor_password', :'executor_password', false) <> '' as has_password;

do $$
declare
  purpose text;
  verb text;
begin
  foreach purpose in array array['investigator', 'executor'] loop
    verb := case when exists (select from pg_catalog.pg_roles where rolname = current_setting('pgmedic.' || purpose))
      then 'alter' else 'create' end;
    execute format('%s role %I login password %L', verb, current_setting('pgmedic.' || purpose),
      current_setting('pgmedic.' || purpose || '_password'));
  end loop;
end
$$;

select pg_catalog.set_config('pgmedic.investigator_password', '', false),
       pg_catalog.set_config('pgmedic.executor_password', '', false);
