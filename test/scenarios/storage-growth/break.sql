create table trail (id bigint generated always as identity primary key, body text);
insert into trail (body) select repeat('t', 300) from generate_series(1, 60000) n;
vacuum analyze trail;
