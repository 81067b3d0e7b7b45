alter database :database set work_mem = '512kB';
create table posts as
select n as id, 1 + n / 10000 as thread_id, timestamptz '2026-01-01' + (hashint8(n) & 2147483647) % 9000000 * interval '1 second' as sent_at, repeat('b', 150) as body
from generate_series(1::bigint, 200000) n;
alter table posts add primary key (id);
vacuum analyze posts;
