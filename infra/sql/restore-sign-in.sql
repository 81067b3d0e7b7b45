-- The way back from break-glass.sql: both roles may sign in again. They may do nothing until grants.sql has run.
--   psql -v investigator=pgmedic_investigator -v executor=pgmedic_executor -f restore-sign-in.sql
\set ON_ERROR_STOP on

alter role :"investigator" login;
alter role :"executor" login;
