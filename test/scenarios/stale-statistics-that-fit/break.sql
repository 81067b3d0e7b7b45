create table items as select n as id, repeat('i', 60) as name from generate_series(1::bigint, 100000) n;
alter table items add primary key (id);
vacuum analyze items;
insert into items select 100000 + n, repeat('i', 60) from generate_series(1, 30000) n;
