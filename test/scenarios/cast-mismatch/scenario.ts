import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A driver sends ids as numeric: the index on the bigint column is there and cannot be used",
  alert: { metric: "cpu_percent", value: 95 },
  expected: { verdict: "handoff", cause: "cast_mismatch" },
  mustNot: { kinds: ["create_index"], causes: ["missing_index", "missing_expression_index"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: { text: "select total from orders where customer_id = $1::numeric", values: (draw) => [draw(20000)] },
    },
  ],
};
