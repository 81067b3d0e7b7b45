import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table changed a good deal since its last ANALYZE, and every plan still fits: there is no hurry",
  alert: { metric: "cpu_percent", value: 85 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["stale_statistics", "missing_index"] },
  decoyOf: "stale_statistics",
  workload: [
    {
      connections: 3,
      paceMs: 5,
      steps: { text: "select name from items where id = $1", values: (draw) => [draw(130000)] },
    },
  ],
};
