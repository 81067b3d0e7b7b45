import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A bigint parameter for an integer column: another type, and the index serves it all the same",
  alert: { metric: "cpu_percent", value: 83 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["cast_mismatch", "missing_index"] },
  decoyOf: "cast_mismatch",
  workload: [
    {
      connections: 3,
      paceMs: 5,
      steps: { text: "select total from orders where customer_id = $1::bigint", values: (draw) => [draw(20000)] },
    },
  ],
};
