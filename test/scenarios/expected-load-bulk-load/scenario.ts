import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A nightly import writes a million rows in a few statements",
  alert: { metric: "disk_iops_consumed_percentage", value: 95 },
  expected: { verdict: ["expected", "healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_index", "stale_statistics", "deployment_regression"] },
  decoyOf: "deployment_regression",
  isControl: true,
  workload: [
    {
      connections: 1,
      paceMs: 60000,
      as: "batch",
      application: "import",
      steps: { text: "insert into staging select n, repeat('x', 60) from generate_series(1, 400000) n" },
    },
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
};
