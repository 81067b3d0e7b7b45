create table parcels as select n as id, 1 + (hashint8(n + 3) & 2147483647) % 300000 as address_id, n % 40 as weight from generate_series(1::bigint, 300000) n;
alter table parcels add primary key (id);
create index parcels_address_id_idx on parcels (address_id);
vacuum analyze parcels;
create table addresses as
select n as id, n as city, n as postcode, repeat('a', 40) as street from generate_series(1::bigint, 2000) n;
alter table addresses add primary key (id);
create index addresses_city_postcode_idx on addresses (city, postcode);
vacuum analyze addresses;
insert into addresses
select n as id, ((hashint8(n) & 2147483647) % 200) / 2 as city, (hashint8(n) & 2147483647) % 200 as postcode, repeat('a', 40) as street
from generate_series(2001::bigint, 300000) n;
