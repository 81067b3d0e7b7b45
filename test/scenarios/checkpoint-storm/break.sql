create table log (id bigint generated always as identity primary key, payload text);
insert into log (payload) select repeat('l', 900) from generate_series(1, 20000) n;
vacuum analyze log;
