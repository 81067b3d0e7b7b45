-- The two roles of PgMedic on Azure Database for PostgreSQL, by the object ids of their managed identities.
-- Run it once a server, in the database postgres, as an Entra administrator:
--   psql "host=… dbname=postgres user=… sslmode=verify-full" -v investigator=pgmedic_investigator -v investigator_id=… \
--        -v executor=pgmedic_executor -v executor_id=… -f entra-roles.sql
-- The ids are the outputs investigatorObjectId and executorObjectId of the deployment. Neither role becomes an administrator.
-- A role is bound to the object id, not to the name: an identity that is deleted and made again needs a new role.
\set ON_ERROR_STOP on

select pg_catalog.pgaadauth_create_principal_with_oid(:'investigator', :'investigator_id', 'service', false, false)
where not exists (select from pg_catalog.pg_roles where rolname = :'investigator');

select pg_catalog.pgaadauth_create_principal_with_oid(:'executor', :'executor_id', 'service', false, false)
where not exists (select from pg_catalog.pg_roles where rolname = :'executor');
