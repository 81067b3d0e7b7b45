create table orders (id bigserial primary key, total int);
insert into orders (total) select n % 100 from generate_series(1, 50000) n;
do $$ begin execute format('alter role batch valid until %L', now() + interval '5 days'); end $$;
vacuum analyze orders;
