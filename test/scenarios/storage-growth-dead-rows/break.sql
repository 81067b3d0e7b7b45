create table jobs as select n as id, 'new' as state, repeat('j', 80) as payload from generate_series(1::bigint, 100000) n;
alter table jobs add primary key (id);
vacuum analyze jobs;
update jobs set state = 'running';
update jobs set state = 'done';
analyze jobs;
