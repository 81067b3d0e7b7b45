create table documents (id bigint primary key, owner_id int, title text, body text);
alter table documents alter body set storage external;
insert into documents
select n, 1 + n % 100, 'title ' || n, repeat(md5(n::text), 400) from generate_series(1, 4000) n;
create index documents_owner_id_idx on documents (owner_id);
vacuum analyze documents;
