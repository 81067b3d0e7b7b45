create table orders as
select n as id, n % 50 as customer_id, (n % 500)::int as total, repeat('o', 50) as note from generate_series(1::bigint, 200000) n;
alter table orders add primary key (id);
vacuum analyze orders;
