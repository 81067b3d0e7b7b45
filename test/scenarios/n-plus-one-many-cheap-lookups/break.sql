create table stock as select n as product_id, n % 90 as amount, repeat('s', 80) as place from generate_series(1::bigint, 100000) n;
alter table stock add primary key (product_id);
vacuum analyze stock;
