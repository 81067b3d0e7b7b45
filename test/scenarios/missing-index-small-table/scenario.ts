import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table of 600 rows is read from end to end very often, which is the best way",
  alert: { metric: "cpu_percent", value: 88 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_index"] },
  decoyOf: "missing_index",
  isControl: true,
  workload: [
    {
      connections: 3,
      paceMs: 2,
      steps: { text: "select rate from tariffs where code = $1", values: (draw) => [`T${draw(600)}`] },
    },
  ],
};
