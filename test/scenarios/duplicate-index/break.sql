create table orders (id bigint generated always as identity primary key, customer_id int, total numeric, note text);
insert into orders (customer_id, total, note) select n % 20000, n % 99, repeat('o', 60) from generate_series(1, 150000) n;
create index orders_customer_id_idx1 on orders (customer_id);
create index orders_customer_id_idx on orders (customer_id);
vacuum analyze orders;
set enable_seqscan = off;
select count(*) from orders where customer_id = 5;
