create table orders as
select id, case when id % 33 = 0 then 'open' else 'done' end as status, (hashint8(id) & 1023)::numeric as total, repeat('x', 60) as note
from generate_series(1::bigint, 200000) id;
alter table orders add primary key (id);
vacuum analyze orders;
