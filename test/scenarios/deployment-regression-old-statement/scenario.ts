import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The summary of the whole table has been asked for all along, and is no slower than before",
  alert: { metric: "cpu_percent", value: 86 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["deployment_regression", "missing_index"] },
  decoyOf: "deployment_regression",
  before: {
    ms: 4000,
    workload: [
      {
        connections: 2,
        paceMs: 50,
        steps: { text: "select status, count(*), sum(total) from orders group by status" },
      },
    ],
  },
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
    { connections: 2, paceMs: 50, steps: { text: "select status, count(*), sum(total) from orders group by status" } },
  ],
};
