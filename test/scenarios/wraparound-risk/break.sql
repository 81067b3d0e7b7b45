create table ledger as select n as id, n % 700 as amount, repeat('l', 60) as note from generate_series(1::bigint, 100000) n;
alter table ledger add primary key (id);
vacuum analyze ledger;
-- As if 1.4 thousand million transactions had gone by.
update pg_class set relfrozenxid = ((txid_current()::numeric + 4294967296 - 1400000000) % 4294967296)::text::xid where oid = 'ledger'::regclass;
