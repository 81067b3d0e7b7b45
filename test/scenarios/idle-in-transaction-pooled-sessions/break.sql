create table accounts as select n as id, 100 as balance, repeat('a', 80) as name from generate_series(1::bigint, 100000) n;
alter table accounts add primary key (id);
vacuum analyze accounts;
