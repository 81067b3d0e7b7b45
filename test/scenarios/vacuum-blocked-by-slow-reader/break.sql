create table jobs as select n as id, 'new' as state, repeat('j', 80) as payload from generate_series(1::bigint, 100000) n;
alter table jobs set (fillfactor = 60);
alter table jobs add primary key (id);
create publication everything for all tables;
vacuum full jobs;
select pg_create_logical_replication_slot('search_feed', 'pgoutput');
vacuum analyze jobs;
