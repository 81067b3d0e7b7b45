create table orders (id bigserial primary key, total int);
insert into orders (total) select n % 100 from generate_series(1, 50000) n;
select setval('orders_id_seq', 3040000000);
create sequence tickets maxvalue 9999 cycle;
select setval('tickets', 9990);
vacuum analyze orders;
