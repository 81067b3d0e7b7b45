alter database :database set plan_cache_mode = force_generic_plan;
create table tasks as
select n as id, case when n % 2500 = 0 then 'failed' else 'done' end as state, repeat('t', 70) as payload from generate_series(1::bigint, 250000) n;
alter table tasks add primary key (id);
create index tasks_state_idx on tasks (state);
vacuum analyze tasks;
