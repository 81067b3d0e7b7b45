alter database :database set work_mem = '64MB';
create table messages as
select n as id, n % 10 <> 0 as is_read, timestamptz '2026-01-01' + (hashint8(n + 5) & 2147483647) % 20000000 * interval '1 second' as sent_at,
  'subject ' || n as subject, repeat('m', 40) as body
from generate_series(1::bigint, 150000) n;
alter table messages add primary key (id);
vacuum analyze messages;
