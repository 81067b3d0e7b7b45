create table orders as
select n as id, n % 50 as customer_id, (n % 500)::int as total, repeat('o', 50) as note from generate_series(1::bigint, 200000) n;
alter table orders add primary key (id);
create materialized view totals as select a.customer_id, count(*) as pairs, sum(a.total) as total from orders a join orders b on a.customer_id = b.customer_id group by 1 with no data;
vacuum analyze orders;
