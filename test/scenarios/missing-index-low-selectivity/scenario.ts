import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A report asks for nearly every row: no index can spare it the reading",
  alert: { metric: "cpu_percent", value: 92 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["missing_index", "stale_statistics"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 2,
      paceMs: 60,
      steps: { text: "select sum(total) from orders where status = $1", values: () => ["done"] },
    },
  ],
};
