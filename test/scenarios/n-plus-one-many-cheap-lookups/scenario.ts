import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Very many quick look-ups by key and no list that they belong to: a busy shop, nothing more",
  alert: { metric: "cpu_percent", value: 90 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["n_plus_one", "missing_index"] },
  decoyOf: "n_plus_one",
  isControl: true,
  workload: [
    {
      connections: 4,
      steps: { text: "select amount from stock where product_id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
