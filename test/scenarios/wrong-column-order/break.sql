create table readings as
select n as id, 1 + (hashint8(n) & 2147483647) % 3000 as device_id, timestamptz '2026-01-01' + n * interval '15 seconds' as taken_at,
  (n % 977)::float8 as value, repeat('r', 20) as unit
from generate_series(1::bigint, 300000) n;
alter table readings add primary key (id);
create index readings_taken_at_device_id_idx on readings (taken_at, device_id);
vacuum analyze readings;
