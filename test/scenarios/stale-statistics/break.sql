create table categories as select 'category ' || n as code, 'name ' || n as name from generate_series(1, 900) n;
vacuum analyze categories;
create table items as select n as id, n as batch, 'category ' || 1 + n % 900 as category from generate_series(1::bigint, 30000) n;
alter table items add primary key (id);
create index items_batch_idx on items (batch);
vacuum analyze items;
insert into items select 30000 + n, 30001 + n % 27, 'category ' || 1 + n % 900 from generate_series(1, 270000) n;
