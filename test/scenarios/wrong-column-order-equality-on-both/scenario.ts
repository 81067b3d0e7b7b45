import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Both columns of the index are compared by equality: their order makes no difference",
  alert: { metric: "cpu_percent", value: 84 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["wrong_column_order", "missing_index"] },
  decoyOf: "wrong_column_order",
  workload: [
    {
      connections: 3,
      paceMs: 3,
      steps: {
        text: "select value from readings where device_id = $1 and slot = $2",
        values: (draw) => [draw(3000), draw(100)],
      },
    },
  ],
};
