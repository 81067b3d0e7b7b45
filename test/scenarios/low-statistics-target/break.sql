create table orders as
select n as id, case when n % 5 < 3 then 1 + (hashint8(n) & 2147483647) % 300 else 301 + (hashint8(n) & 2147483647) % 20000 end as customer_id, repeat('o', 30) as note
from generate_series(1::bigint, 500000) n;
alter table orders add primary key (id);
alter table orders alter column customer_id set statistics 90;
create index orders_customer_id_idx on orders (customer_id);
create table lines as select n as order_id, n % 90 as amount from generate_series(1::bigint, 500000) n;
create index lines_order_id_idx on lines (order_id);
vacuum analyze orders;
vacuum analyze lines;
