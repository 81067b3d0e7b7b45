create table parts as
select n as id, 'P' || (hashint8(n) & 2147483647) as code, n * 1.1 as price, repeat('p', 50) as about
from generate_series(1::bigint, 200000) n;
alter table parts add primary key (id);
vacuum analyze parts;
