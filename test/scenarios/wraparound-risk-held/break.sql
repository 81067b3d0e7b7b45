create table ledger as select n as id, n % 700 as amount, repeat('l', 60) as note from generate_series(1::bigint, 100000) n;
alter table ledger add primary key (id);
vacuum analyze ledger;
-- Each insert in a block of its own takes a transaction id.
create table burnt (id int);
