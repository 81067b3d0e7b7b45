create table counters with (fillfactor = 100) as select n as id, 0 as hits, repeat('c', 20) as label from generate_series(1::bigint, 400000) n;
alter table counters add primary key (id);
vacuum analyze counters;
