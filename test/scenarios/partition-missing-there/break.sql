create table events (id bigint, happened_at timestamptz not null, body text) partition by range (happened_at);
create table events_past partition of events for values from ('2025-01-01') to ('2026-01-01');
create table events_now partition of events for values from ('2026-01-01') to ('2035-01-01');
create table events_later partition of events for values from ('2035-01-01') to ('2045-01-01');
create table events_default partition of events default;
insert into events select n, timestamptz '2025-06-01' + n * interval '2 minutes', repeat('e', 60) from generate_series(1, 150000) n;
vacuum analyze events;
