create table sessions as select n as id, now() - n * interval '1 second' as last_seen, repeat('s', 60) as data from generate_series(1::bigint, 100000) n;
alter table sessions set (fillfactor = 70);
alter table sessions add primary key (id);
create index sessions_last_seen_idx on sessions (last_seen);
vacuum full sessions;
update sessions set last_seen = now() where id % 60 = 0;
vacuum analyze sessions;
