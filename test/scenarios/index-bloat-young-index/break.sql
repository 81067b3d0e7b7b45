create table queue as select n as id, 'code-' || n || '-abcdefghijklmnopqrstuvwxyz' as code, 'x' as payload from generate_series(1::bigint, 300000) n;
create index queue_code_idx on queue (code);
vacuum analyze queue;
