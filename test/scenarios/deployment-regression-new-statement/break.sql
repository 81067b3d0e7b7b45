create table orders as
select n as id, (array['open', 'paid', 'done'])[1 + n % 3] as status, (n % 500)::int as total, repeat('o', 50) as note from generate_series(1, 200000) n;
alter table orders add primary key (id);
vacuum analyze orders;
