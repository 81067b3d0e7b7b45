create table orders as
select n as id, 1 + (hashint8(n) & 2147483647) % 20000 as customer_id, (n % 500)::numeric as total, repeat('o', 50) as note
from generate_series(1::bigint, 250000) n;
alter table orders add primary key (id);
create index orders_customer_id_idx on orders (customer_id);
vacuum analyze orders;
