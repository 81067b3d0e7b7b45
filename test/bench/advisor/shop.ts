import { type BenchSet, MB } from "./bench-set.ts";

const load = (scale: number): string[] => {
  const orders = Math.round(800_000 * scale);
  const items = Math.round(1_500_000 * scale);
  const customers = Math.round(100_000 * scale);
  return [
    "select setseed(0.42)",
    "create table customers (id int primary key, email text, country text, created_at timestamptz, tier int)",
    `insert into customers
     select n, 'User' || n || '@Example' || n % 50 || '.com', (array['US', 'DE', 'FR', 'GB', 'IN'])[1 + n % 5],
       timestamptz '2026-11-15' - n * interval '1 minute', n % 3
     from generate_series(1, ${customers}) n`,
    `create table orders (id bigint primary key, customer_id int references customers (id), status text, total numeric,
       created_at timestamptz, ref_code varchar(20), tenant_id int, note text, meta jsonb)`,
    `insert into orders
     select n, 1 + floor(random() * ${customers - 1})::int,
       case when random() < 0.97 then 'done' when random() < 0.5 then 'pending' else 'failed' end, random() * 1000,
       timestamptz '2026-11-15' - random() * interval '365 days', 'R' || n, floor(random() * 200)::int,
       md5(n::text) || md5((n + 1)::text), jsonb_build_object('k', n % 1000, 's', md5(n::text))
     from generate_series(1, ${orders}) n`,
    "create table order_items (order_id bigint references orders (id) on delete cascade, sku text, qty int)",
    `insert into order_items
     select 1 + floor(random() * ${orders - 1})::int, 'SKU' || floor(random() * 20000)::int, floor(random() * 10)::int
     from generate_series(1, ${items})`,
    "create table audit_log (id bigserial, actor int, action text, at timestamptz)",
    `insert into audit_log (actor, action, at)
     select floor(random() * 100)::int, 'x' || n % 7, timestamptz '2026-11-15' - n * interval '1 second'
     from generate_series(1, ${Math.round(300_000 * scale)}) n`,
    "create table tiny (id int, code text)",
    "insert into tiny select n, 'c' || n from generate_series(1, 300) n",
  ];
};

const queries = [
  "select * from orders where customer_id = 4242 order by created_at desc limit 20",
  "select * from orders where status = 'pending' and created_at > '2026-11-01'",
  "select * from customers where lower(email) = 'user77@example27.com'",
  "select * from orders where note like '%abcdef0%'",
  "select * from orders where ref_code like 'R7999%'",
  `select * from orders where meta @> '{"k": 17}'`,
  "select * from orders where tenant_id = 17 and created_at between '2026-11-01' and '2026-11-10'",
  "select * from orders order by created_at desc limit 50",
  // Nearly every row: no index helps, and none must be built for it.
  "select * from orders where status = 'done' and total > 10",
  "select * from order_items where order_id = 77",
  // Three hundred rows: reading them is fast.
  "select * from tiny where code = 'c7'",
  "select sku, sum(qty) from order_items where sku = 'SKU77' group by sku",
  `select o.id, c.email from orders o join customers c on c.id = o.customer_id
   where c.country = 'US' and c.tier = 2 and o.status = 'failed'`,
  "select * from orders where customer_id = 5 or ref_code = 'R12345'",
  "select count(*) from orders where ref_code = 'R12345'",
];

const insert = (rows: number): string =>
  `insert into orders
   select 10000000 + n, 1 + n % 1000, case n % 40 when 0 then 'pending' else 'done' end, n % 1000,
     timestamptz '2026-11-15' + n * interval '1 second', 'R' || 10000000 + n, n % 200, md5(n::text) || md5((n + 7)::text),
     jsonb_build_object('k', n % 1000, 's', md5(n::text))
   from generate_series(1, ${rows}) n`;

/** A shop with the traps that advisers fall into: expressions, patterns, documents, an OR, low selectivity, a small table. */
export const shop: BenchSet = {
  name: "OLTP shop",
  load,
  queries,
  unservable: [8],
  budgets: [500 * MB],
  insert,
  targets: [{ costShare: 0.25, adviceMs: 3_000, fasterQueries: 13, totalMs: 30 }],
};
