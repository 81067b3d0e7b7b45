import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A concurrent build broke off and left an index that writes keep and no read can use",
  alert: { metric: "cpu_percent", value: 80 },
  expected: {
    verdict: "cause",
    cause: "invalid_index",
    kind: "drop_index",
    parameters: { table: "orders", name: "orders_customer_id_idx" },
  },
  mustNot: { statement: /orders_pkey/ },
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "insert into orders (customer_id, total) values ($1, 5)", values: (draw) => [draw(20000)] },
    },
    { paceMs: 10, steps: { text: "select total from orders where id = $1", values: (draw) => [draw(100000)] } },
  ],
  heals: "resolved",
};
