import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Somebody builds an index right now: until it is done it looks like a broken one",
  alert: { metric: "cpu_percent", value: 83 },
  expected: { verdict: ["expected", "healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["invalid_index", "lock_blocking"] },
  decoyOf: "invalid_index",
  isControl: true,
  held: [
    {
      name: "reader",
      as: "analyst",
      application: "report",
      steps: ["begin isolation level repeatable read", "select count(*) from orders"],
    },
    {
      name: "builder",
      as: "owner_login",
      application: "migrate",
      steps: ["set role owner"],
      last: "create index concurrently orders_customer_id_idx on orders (customer_id)",
    },
  ],
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
