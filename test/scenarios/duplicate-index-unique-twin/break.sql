create table members (id bigint generated always as identity primary key, email text, team int, note text);
insert into members (email, team, note) select 'm' || n, n % 40, repeat('m', 60) from generate_series(1, 150000) n;
create unique index members_email_key on members (email);
create index members_email_pattern_idx on members (email text_pattern_ops);
create index members_email_team_idx on members (email, team);
vacuum analyze members;
