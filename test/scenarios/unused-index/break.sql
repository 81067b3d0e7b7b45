create table orders (id bigint generated always as identity primary key, customer_id int, total numeric, note text);
insert into orders (customer_id, total, note) select n % 20000, n % 99, md5(n::text) from generate_series(1, 150000) n;
create index orders_customer_id_idx on orders (customer_id);
create index orders_note_idx on orders (note);
vacuum analyze orders;
