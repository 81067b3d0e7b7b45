import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Index-only scans over a vacuumed table: they are as quick as they get",
  alert: { metric: "disk_iops_consumed_percentage", value: 84 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["stale_visibility_map"] },
  decoyOf: "stale_visibility_map",
  workload: [
    {
      connections: 3,
      paceMs: 10,
      steps: { text: "select sum(amount) from payments where account_id = $1", values: (draw) => [draw(500)] },
    },
  ],
};
