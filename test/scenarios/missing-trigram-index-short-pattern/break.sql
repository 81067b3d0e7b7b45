create extension pg_trgm;
create table articles as
select n as id, md5(n::text) || ' ' || md5((n + 1)::text) as title, repeat('a', 30) as body
from generate_series(1::bigint, 120000) n;
alter table articles add primary key (id);
vacuum analyze articles;
