create table messages as
select n as id, 1 + (hashint8(n) & 2147483647) % 40 as account_id, timestamptz '2026-01-01' + (hashint8(n + 5) & 2147483647) % 20000000 * interval '1 second' as sent_at,
  'subject ' || n as subject, repeat('m', 60) as body
from generate_series(1::bigint, 250000) n;
alter table messages add primary key (id);
create index messages_account_id_idx on messages (account_id);
vacuum analyze messages;
