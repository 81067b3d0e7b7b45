create table customers as select n as id from generate_series(1, 20000) n;
alter table customers add primary key (id);
create table orders (id bigint generated always as identity primary key, customer_id int references customers, total numeric, number text);
insert into orders (customer_id, total, number) select 1 + n % 20000, n % 99, md5(n::text) from generate_series(1, 150000) n;
create index orders_customer_id_idx on orders (customer_id);
create unique index orders_number_key on orders (number);
vacuum analyze orders;
