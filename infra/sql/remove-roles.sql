-- Tear down: removes both roles. Run break-glass.sql in every watched database before, so that nothing refers to them any more.
--   psql -v investigator=pgmedic_investigator -v executor=pgmedic_executor -f remove-roles.sql
\set ON_ERROR_STOP on

drop role :"investigator";
drop role :"executor";
