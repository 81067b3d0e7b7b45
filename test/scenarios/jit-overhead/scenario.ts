import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Quick statements are compiled at each call, which takes far longer than running them",
  alert: { metric: "cpu_percent", value: 93 },
  expected: {
    verdict: "cause",
    cause: "jit_overhead",
    kind: "set_role_setting",
    parameters: { role: "app", setting: "jit", value: "off" },
  },
  mustNot: { kinds: ["create_index"], causes: ["missing_index", "undersized"] },
  needs: "jit",
  settings: { jit: "on", jit_above_cost: "50", jit_inline_above_cost: "100", jit_optimize_above_cost: "100" },
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: {
        text: "select customer_id, sum(total), avg(total), count(*) filter (where total > 10) from orders where customer_id between $1 and $1 + 5 group by customer_id",
        values: (draw) => [draw(20000)],
      },
    },
  ],
};
