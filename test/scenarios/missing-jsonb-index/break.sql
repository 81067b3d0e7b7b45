create table documents as
select n as id, jsonb_build_object('customer', 1 + (hashint8(n) & 2147483647) % 30000, 'kind', 'k' || n % 12, 'note', repeat('j', 40)) as doc
from generate_series(1::bigint, 120000) n;
alter table documents add primary key (id);
vacuum analyze documents;
