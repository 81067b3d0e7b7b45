import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Three hundred large customers among twenty thousand: a hundred common values do not hold them all",
  alert: { metric: "cpu_percent", value: 91 },
  expected: {
    verdict: "cause",
    cause: "low_statistics_target",
    kind: "set_column_statistics",
    parameters: { schema: "public", table: "orders", column: "customer_id", oldTarget: 90 },
  },
  mustNot: { kinds: ["analyze_table", "create_index", "create_statistics"], causes: ["stale_statistics"] },
  decoyOf: "stale_statistics",
  workload: [
    {
      connections: 3,
      paceMs: 40,
      steps: {
        text: "select o.id, l.amount from orders o join lines l on l.order_id = o.id where o.customer_id = $1",
        values: (draw) => [draw(300)],
      },
    },
  ],
};
