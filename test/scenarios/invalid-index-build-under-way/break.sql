create table orders (id bigint generated always as identity primary key, customer_id int, total numeric, note text);
insert into orders (customer_id, total, note) select n % 20000, n % 99, repeat('o', 60) from generate_series(1, 150000) n;
vacuum analyze orders;
