create table payments as
select n as id, 1 + (hashint8(n) & 2147483647) % 500 as account_id, n % 800 as amount, repeat('p', 60) as note
from generate_series(1::bigint, 250000) n;
create index payments_account_id_amount_idx on payments (account_id, amount);
analyze payments;
