create table orders as
select n as id, case when n % 5 < 3 then 1 + (hashint8(n) & 2147483647) % 40 else 301 + (hashint8(n) & 2147483647) % 20000 end as customer_id, repeat('o', 30) as note
from generate_series(1::bigint, 300000) n;
alter table orders add primary key (id);
create index orders_customer_id_idx on orders (customer_id);
vacuum analyze orders;
