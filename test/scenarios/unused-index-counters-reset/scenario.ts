import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "No index seems to be used, because the counters were reset a moment ago",
  alert: { metric: "disk_iops_consumed_percentage", value: 86 },
  expected: { verdict: ["expected", "healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["unused_index"] },
  decoyOf: "unused_index",
  isControl: true,
  workload: [
    {
      connections: 2,
      paceMs: 20,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(20000)] },
    },
  ],
};
