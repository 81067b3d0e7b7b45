import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Two indexes are the same in everything but the name",
  alert: { metric: "disk_iops_consumed_percentage", value: 88 },
  expected: {
    verdict: "cause",
    cause: "duplicate_index",
    kind: "drop_index",
    parameters: { table: "orders", name: "orders_customer_id_idx1" },
  },
  mustNot: { statement: /orders_pkey|orders_customer_id_idx$/ },
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select total from orders where customer_id = $1 limit 5", values: (draw) => [draw(20000)] },
    },
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "insert into orders (customer_id, total) values ($1, 5)", values: (draw) => [draw(20000)] },
    },
  ],
  heals: "resolved",
};
