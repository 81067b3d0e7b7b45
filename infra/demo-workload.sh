# The workload of the demo server: makes a shop of a million orders, then asks for orders by a column that has no index.
# Signs in with the job's identity; the token is the password.
set -euo pipefail
command -v psql >/dev/null || tdnf install -y postgresql >/dev/null
az login --identity --client-id "$AZURE_CLIENT_ID" --output none
PGPASSWORD=$(az account get-access-token --resource-type oss-rdbms --query accessToken --output tsv)
export PGPASSWORD

# This identity administers the server, and PgMedic acts for no administrator: the tables belong to a role that can do nothing else.
# Who made a role may give it away, since PostgreSQL 16 nobody else: the administrators get it with ADMIN OPTION, to run grants.sql.
psql --quiet --set ON_ERROR_STOP=1 --set admins="$SHOP_ADMINS" <<'SQL'
create extension if not exists pg_stat_statements;
select pg_catalog.set_config('shop.admins', :'admins', false) <> '' as has_admins;
do $$
declare
  admin text;
begin
  if pg_catalog.to_regrole('shop_owner') is null then
    create role shop_owner nologin;
  end if;
  grant shop_owner to current_user;
  foreach admin in array string_to_array(current_setting('shop.admins'), E'\n') loop
    execute format('grant shop_owner to %I with admin option', admin);
  end loop;
end
$$;
grant usage, create on schema public to shop_owner;
create table if not exists customers (id bigint primary key, name text not null);
create table if not exists orders (
  id bigint primary key, customer_id bigint not null, status text not null, placed_at timestamptz not null, total numeric(10, 2) not null
);
alter table customers owner to shop_owner;
alter table orders owner to shop_owner;
insert into customers select n, 'customer ' || n from generate_series(1, 50000) n on conflict do nothing;
insert into orders
  select n, 1 + n * 7919::bigint % 50000, (array['new', 'paid', 'sent', 'done'])[1 + n % 4], now() - n * interval '1 second', n % 500
  from generate_series(1, 1000000) n on conflict do nothing;
analyze customers, orders;
SQL

end=$((SECONDS + 6000))
for _ in 1 2 3 4; do
  (
    while [ "$SECONDS" -lt "$end" ]; do
      for _ in $(seq 100); do
        echo "select count(*), sum(total) from orders where customer_id = $((1 + RANDOM % 50000));"
      done | psql --quiet --output /dev/null || sleep 5
    done
  ) &
done
wait
