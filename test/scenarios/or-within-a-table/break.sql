create table orders as
select n as id, 'N' || n as number, 'R' || n as reference, repeat('o', 60) as note from generate_series(1::bigint, 200000) n;
alter table orders add primary key (id);
create index orders_number_idx on orders (number);
vacuum analyze orders;
