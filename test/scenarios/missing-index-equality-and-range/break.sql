create table events as
select n as id, 1 + (hashint8(n) & 2147483647) % 200 as tenant_id, timestamptz '2026-01-01' + n * interval '70 seconds' as happened_at,
  repeat('e', 60) as body
from generate_series(1::bigint, 300000) n;
alter table events add primary key (id);
vacuum analyze events;
