create table drafts as select n as id, repeat('d', 90) || n as body from generate_series(1::bigint, 100000) n;
alter table drafts add primary key (id);
vacuum analyze drafts;
