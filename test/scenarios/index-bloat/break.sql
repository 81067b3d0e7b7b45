create table queue as select n as id, 'x' as payload from generate_series(1::bigint, 600000) n;
alter table queue add primary key (id);
delete from queue where id % 10 <> 0;
vacuum analyze queue;
