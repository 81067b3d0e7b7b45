-- A shop with two million orders. The same rows every time: hashes of the number take the place of randomness.
-- Indexes exist on primary keys only; what is missing is for PgMedic to find.

create table customers as
select id,
       'Customer ' || id as name,
       'customer' || id || '@shop.example' as email,
       (array['DE', 'DE', 'FR', 'GB', 'NL', 'US', 'US', 'PL'])[1 + (hashint8(id) & 7)] as country,
       timestamptz '2024-01-01' + id * interval '5 minutes' as created_at
from generate_series(1, 100000) as id;

create table products as
select id,
       'Product ' || id as name,
       ((200 + (hashint8(id) & 2147483647) % 30000)::numeric / 100)::numeric(10, 2) as price
from generate_series(1, 50000) as id;

create table orders as
select id,
       1 + (hashint8(id) & 2147483647) % 100000 as customer_id,
       1 + (hashint8(id + 5000000) & 2147483647) % 50000 as product_id,
       (array['delivered', 'delivered', 'delivered', 'delivered', 'delivered', 'paid', 'shipped', 'cancelled'])
         [1 + (hashint8(id + 9000000) & 7)] as status,
       ((500 + (hashint8(id + 7000000) & 2147483647) % 40000)::numeric / 100)::numeric(10, 2) as total,
       timestamptz '2025-01-01' + id * interval '20 seconds' as created_at,
       case when id % 8 = 0 then 'gift wrap, leave with the neighbour at number ' || id % 90 end as note
from generate_series(1::bigint, current_setting('shop.orders')::bigint) as id;

create table order_items as
select order_id,
       line::smallint as line,
       1 + (hashint8(order_id * 3 + line) & 2147483647) % 50000 as product_id,
       1 + hashint8(order_id + line) & 3 as quantity
from generate_series(current_setting('shop.orders')::bigint * 9 / 10 + 1, current_setting('shop.orders')::bigint) as order_id, generate_series(1, 2) as line;

alter table customers alter id set not null, alter email set not null, add primary key (id);
alter table products alter id set not null, add primary key (id);
alter table orders
  alter id set not null, alter customer_id set not null, alter product_id set not null,
  alter status set not null, alter total set not null, alter created_at set not null,
  add primary key (id);
alter table order_items alter order_id set not null, alter line set not null, add primary key (order_id, line);
