import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "One heavy query that ran once and is over",
  alert: { metric: "cpu_percent", value: 95 },
  expected: { verdict: ["expected", "healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_index", "deployment_regression"] },
  decoyOf: "deployment_regression",
  isControl: true,
  workload: [
    {
      connections: 1,
      paceMs: 60000,
      as: "analyst",
      application: "notebook",
      steps: {
        text: "select o.customer_id, sum(o.total) from orders o where md5(o.note || o.id) < 'f' group by 1 order by 2 desc limit 10",
      },
    },
    {
      connections: 1,
      paceMs: 50,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
  observedMs: 5000,
};
