create table readings as
select n as id, 1 + n % 3000 as device_id, 1 + n / 3000 as slot, (n % 977)::float8 as value, repeat('r', 30) as unit
from generate_series(1::bigint, 300000) n;
alter table readings add primary key (id);
create index readings_slot_device_id_idx on readings (slot, device_id);
vacuum analyze readings;
