create table orders as select n as id, 'x' as state from generate_series(1::bigint, 60000) n;
alter table orders add primary key (id);
create table order_lines as
select n as id, 1 + n % 60000 as order_id, repeat('l', 60) as product from generate_series(1::bigint, 240000) n;
alter table order_lines add primary key (id), add foreign key (order_id) references orders on delete cascade;
vacuum analyze orders;
vacuum analyze order_lines;
