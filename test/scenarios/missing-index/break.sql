create table orders as
select id, 1 + (hashint8(id) & 2147483647) % 20000 as customer_id, (hashint8(id + 7) & 1023)::numeric as total,
  now() - id * interval '1 minute' as created_at, repeat('x', 40) as note
from generate_series(1::bigint, 300000) id;
alter table orders add primary key (id);
vacuum analyze orders;
