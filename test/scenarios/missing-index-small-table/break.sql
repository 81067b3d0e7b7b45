create table tariffs as select 'T' || n as code, n * 1.5 as rate, 'tariff ' || n as name from generate_series(1, 600) n;
vacuum analyze tariffs;
