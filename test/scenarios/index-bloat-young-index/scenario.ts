import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A big index over a big table: it has the size that it needs",
  alert: { metric: "disk_iops_consumed_percentage", value: 84 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["index_bloat"] },
  decoyOf: "index_bloat",
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: {
        text: "select payload from queue where code = $1",
        values: (draw) => [`code-${draw(300000)}-abcdefghijklmnopqrstuvwxyz`],
      },
    },
  ],
};
