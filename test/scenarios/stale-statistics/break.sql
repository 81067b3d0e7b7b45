create table details as select n as item_id, repeat('d', 60) as text from generate_series(1::bigint, 300000) n;
alter table details add primary key (item_id);
vacuum analyze details;
create table items as select n as id, n as batch, repeat('i', 20) as name from generate_series(1::bigint, 30000) n;
alter table items add primary key (id);
create index items_batch_idx on items (batch);
vacuum analyze items;
insert into items select 30000 + n, 1001 + n % 9, repeat('i', 20) from generate_series(1, 270000) n;
