create table customers as select n as id, '+49-' || n as phone, repeat('c', 60) as name from generate_series(1::bigint, 80000) n;
alter table customers add primary key (id);
create index customers_phone_idx on customers (phone);
create table orders as
select n as id, 'N' || n as number, 1 + n % 80000 as customer_id, repeat('o', 60) as note from generate_series(1::bigint, 160000) n;
alter table orders add primary key (id);
create index orders_number_idx on orders (number);
create index orders_customer_id_idx on orders (customer_id);
vacuum analyze customers;
vacuum analyze orders;
