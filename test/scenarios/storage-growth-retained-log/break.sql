select pg_create_physical_replication_slot('old_replica', true);
create table stock as select n as id, 1 as amount, repeat('s', 800) as body from generate_series(1::bigint, 60000) n;
alter table stock add primary key (id);
update stock set amount = 2;
vacuum full stock;
vacuum analyze stock;
