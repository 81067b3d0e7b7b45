import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Long analytic statements, of which compiling is a small part: they gain from it",
  alert: { metric: "cpu_percent", value: 93 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: ["set_role_setting"], causes: ["jit_overhead"] },
  decoyOf: "jit_overhead",
  needs: "jit",
  settings: { jit: "on", jit_above_cost: "5000", jit_inline_above_cost: "500000", jit_optimize_above_cost: "500000" },
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: {
        text: "select customer_id % 50 as bucket, sum(total), avg(total), stddev(total) from orders where total > $1 group by bucket",
        values: (draw) => [draw(5)],
      },
    },
  ],
};
