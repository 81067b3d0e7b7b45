create extension pg_trgm;
create table articles as
select n as id, md5(n::text) || case when n % 9000 = 0 then ' quantum7 ' else ' garden ' end || md5((n + 1)::text) as title
from generate_series(1::bigint, 120000) n;
alter table articles add primary key (id);
create index articles_title_idx on articles (title);
vacuum analyze articles;
