import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A list of products, and then one query for each of them",
  alert: { metric: "cpu_percent", value: 86 },
  expected: { verdict: "handoff", cause: "n_plus_one" },
  mustNot: { kinds: "any", causes: ["missing_index", "undersized"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 4,
      steps: [
        { text: "select id from products where category = $1 limit 50", values: (draw) => [draw(400)] },
        ...Array.from({ length: 50 }, () => ({
          text: "select amount from stock where product_id = $1",
          values: (draw: (highest: number) => number) => [draw(40000)],
        })),
      ],
    },
  ],
};
