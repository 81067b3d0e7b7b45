create table products as select n as id, 1 + n % 400 as category, 'product ' || n as name from generate_series(1::bigint, 40000) n;
alter table products add primary key (id);
create index products_category_idx on products (category);
create table stock as select n as product_id, n % 90 as amount, repeat('s', 80) as place from generate_series(1::bigint, 100000) n;
alter table stock add primary key (product_id);
vacuum analyze products;
vacuum analyze stock;
