create table visits as
select n as id, timestamptz '2026-01-01' + n * interval '1 minute' as visited_at, '/p/' || n % 900 as path, repeat('v', 30) as agent
from generate_series(1::bigint, 250000) n;
alter table visits add primary key (id);
create index visits_visited_at_idx on visits (visited_at);
vacuum analyze visits;
