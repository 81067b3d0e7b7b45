create table users as
select n as id, 'User ' || n as name, 'User' || n || '@Example.org' as email, repeat('u', 40) as about
from generate_series(1::bigint, 200000) n;
alter table users add primary key (id);
create index users_email_idx on users (email);
vacuum analyze users;
