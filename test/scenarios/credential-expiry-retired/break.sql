create table orders (id bigserial primary key, total int);
insert into orders (total) select n % 100 from generate_series(1, 50000) n;
do $$ begin execute format('alter role batch valid until %L', now() + interval '200 days'); end $$;
do $$ begin execute format('alter role analyst valid until %L', now() - interval '300 days'); end $$;
vacuum analyze orders;
