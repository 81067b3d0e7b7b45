import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A large index that nothing has read since the counters began",
  alert: { metric: "disk_iops_consumed_percentage", value: 85 },
  expected: {
    verdict: "cause",
    cause: "unused_index",
    kind: "drop_index",
    parameters: { table: "orders", name: "orders_note_idx" },
  },
  mustNot: { statement: /orders_pkey|customer/ },
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select total from orders where customer_id = $1 limit 5", values: (draw) => [draw(20000)] },
    },
    {
      connections: 2,
      paceMs: 5,
      steps: {
        text: "insert into orders (customer_id, total, note) values ($1, 5, $2)",
        values: (draw) => [draw(20000), `n${draw(1000000)}`],
      },
    },
  ],
};
