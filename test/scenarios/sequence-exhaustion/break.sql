create table orders (id serial primary key, total int);
insert into orders (total) select n % 100 from generate_series(1, 50000) n;
select setval('orders_id_seq', 2040000000);
vacuum analyze orders;
