import { type BenchSet, MB } from "./bench-set.ts";

const load = (scale: number): string[] => {
  const tenants = 2_000;
  const people = Math.round(200_000 * scale);
  const tickets = Math.round(600_000 * scale);
  const comments = Math.round(1_500_000 * scale);
  return [
    "select setseed(0.71)",
    "create type urgency as enum ('low', 'normal', 'high', 'critical')",
    "create table tenants (id int primary key, slug text not null, plan text not null)",
    `insert into tenants select n, 'tenant-' || n, (array['free', 'team', 'company'])[1 + n % 3] from generate_series(1, ${tenants}) n`,
    "create table people (id int primary key, tenant_id int not null references tenants (id), email text not null, full_name text not null, last_seen_at timestamptz)",
    `insert into people select n, 1 + floor(random() * ${tenants - 1})::int, 'Person.' || n || '@Mail' || n % 90 || '.org',
       initcap(md5(n::text)), case when random() < 0.8 then timestamptz '2026-11-01' - random() * interval '300 days' end
     from generate_series(1, ${people}) n`,
    `create table tickets (id bigint primary key, tenant_id int not null references tenants (id), requester_id int not null,
       assignee_id int, state text not null, urgency urgency not null, subject text not null, tags text[] not null,
       custom jsonb not null, external_ref varchar(40), opened_at timestamptz not null, due_at timestamptz, deleted_at timestamptz,
       is_escalated boolean not null)`,
    `insert into tickets select n, 1 + floor(power(random(), 2) * ${tenants - 1})::int, 1 + floor(random() * ${people - 1})::int,
       case when random() < 0.6 then 1 + floor(random() * 4000)::int end,
       case when random() < 0.92 then 'closed' when random() < 0.6 then 'open' when random() < 0.8 then 'waiting' else 'new' end,
       (array['low', 'normal', 'normal', 'normal', 'high', 'critical'])[1 + floor(random() * 6)::int]::urgency,
       'About ' || md5(n::text) || ' and ' || md5((n * 3)::text), array['area' || n % 300, 'kind' || n % 17, 'r' || floor(random() * 20000)::int],
       jsonb_build_object('customer', 'C' || floor(random() * 40000)::int, 'channel', (array['mail', 'web', 'phone'])[1 + n % 3], 'score', n % 11),
       'EXT-' || n, timestamptz '2026-11-01' - random() * interval '700 days',
       case when random() < 0.3 then timestamptz '2026-11-01' + random() * interval '30 days' end,
       case when random() < 0.02 then timestamptz '2026-11-01' - random() * interval '30 days' end, random() < 0.01
     from generate_series(1, ${tickets}) n`,
    "create table comments (id bigint primary key, ticket_id bigint not null references tickets (id) on delete cascade, author_id int not null, is_public boolean not null, body text not null, written_at timestamp not null)",
    `insert into comments select n, 1 + floor(random() * ${tickets - 1})::int, 1 + floor(random() * ${people - 1})::int, random() < 0.9,
       md5(n::text) || md5((n + 5)::text), timestamp '2026-11-01' - random() * interval '700 days' from generate_series(1, ${comments}) n`,
    "create view open_tickets as select id, tenant_id, assignee_id, urgency, subject, opened_at from tickets where deleted_at is null and state <> 'closed'",
  ];
};

const queries = [
  "select id, subject from tickets where tenant_id = 77 and state = 'open' order by opened_at desc limit 25",
  "select id from tickets where is_escalated and tenant_id = 1200",
  "select * from tickets where external_ref = 'EXT-4711'",
  "select * from tickets where external_ref like 'EXT-4711%'",
  'select id from tickets where custom @> \'{"customer": "C1234"}\'',
  "select id from tickets where custom ->> 'customer' = 'C99'",
  "select id from tickets where tags @> array['r4242']",
  "select id, subject from tickets where subject ilike '%abcdef1%'",
  "select * from people where lower(email) = 'person.500@mail50.org'",
  "select * from comments where ticket_id = 991 order by written_at",
  "select count(*) from comments where date_trunc('day', written_at) = timestamp '2026-03-03'",
  "select t.id, p.full_name from tickets t join people p on p.id = t.requester_id where p.email = 'Person.9@Mail9.org'",
  "select id from open_tickets where assignee_id = 17 order by opened_at limit 10",
  "select id from tickets where due_at < '2026-11-02' and state = 'waiting' order by due_at limit 50",
  "select tenant_id, count(*) from tickets where deleted_at is not null group by tenant_id",
  "select * from people order by last_seen_at desc nulls last limit 20",
  "select count(*) from tickets where assignee_id = 300 or requester_id = 300",
  // Most of the table.
  "select count(*) from tickets where state = 'closed'",
  // Depends on the session's time zone: no index can hold it.
  "select count(*) from tickets where opened_at::date = '2026-03-03'",
];

const insert = (rows: number): string =>
  `insert into tickets
   select 10000000 + n, 1 + n % 2000, 1 + n % 1000, case when n % 5 < 3 then n % 4000 end, 'new', 'normal',
     'About ' || md5(n::text) || ' and ' || md5((n * 3)::text), array['area' || n % 300, 'kind' || n % 17, 'r' || n % 20000],
     jsonb_build_object('customer', 'C' || n % 40000, 'channel', 'web', 'score', n % 11), 'EXT-' || 10000000 + n,
     timestamptz '2026-11-01' + n * interval '1 second', null, null, false
   from generate_series(1, ${rows}) n`;

/** A help desk for many tenants: partial indexes, documents, arrays, words inside texts, a view, an enum. */
export const helpdesk: BenchSet = {
  name: "SaaS help desk",
  load,
  queries,
  unservable: [17, 18],
  budgets: [500 * MB],
  insert,
  targets: [{ costShare: 0.35, adviceMs: 3_000, fasterQueries: 15 }],
};
