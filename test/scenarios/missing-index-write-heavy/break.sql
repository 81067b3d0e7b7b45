create table audit_log (id bigint generated always as identity primary key, actor int, action text, payload text);
insert into audit_log (actor, action, payload) select n % 5000, 'login', repeat('p', 100) from generate_series(1, 120000) n;
vacuum analyze audit_log;
