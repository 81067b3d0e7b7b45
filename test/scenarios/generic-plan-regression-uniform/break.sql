create table tasks as
select n as id, 1 + (hashint8(n) & 2147483647) % 5000 as owner_id, repeat('t', 70) as payload from generate_series(1::bigint, 250000) n;
alter table tasks add primary key (id);
vacuum analyze tasks;
