import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Since the last deployment every page asks for a summary of the whole table",
  alert: { metric: "cpu_percent", value: 96 },
  expected: { verdict: "handoff", cause: "deployment_regression" },
  mustNot: { kinds: "any", causes: ["missing_index", "undersized"] },
  before: {
    ms: 4000,
    workload: [
      {
        connections: 2,
        paceMs: 10,
        steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
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
