create table people as
select n as id, 'name ' || hashint8(n) as name, repeat('p', 50) as about
from generate_series(1::bigint, 200000) n;
alter table people add primary key (id);
create index people_name_idx on people (name);
vacuum analyze people;
