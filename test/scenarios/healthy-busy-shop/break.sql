create table orders (id bigint generated always as identity primary key, customer_id int, total int, note text);
alter table orders set (fillfactor = 80);
insert into orders (customer_id, total, note) select n % 20000, n % 500, repeat('o', 50) from generate_series(1, 200000) n;
create index orders_customer_id_id_idx on orders (customer_id, id);
vacuum analyze orders;
