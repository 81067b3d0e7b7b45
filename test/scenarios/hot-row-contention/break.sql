create table counters as select n as id, 0 as hits, repeat('c', 80) as label from generate_series(1::bigint, 100000) n;
alter table counters add primary key (id);
vacuum analyze counters;
