-- Wide rows on many pages: where a page is updated often, pruning makes room in it by itself.
create table counters with (fillfactor = 100) as select n as id, 0 as hits, repeat('c', 300) as label from generate_series(1::bigint, 400000) n;
alter table counters add primary key (id);
vacuum analyze counters;
