import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Forty large customers that the statistics know by name: more of them would add nothing",
  alert: { metric: "cpu_percent", value: 86 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["low_statistics_target", "stale_statistics"] },
  decoyOf: "low_statistics_target",
  workload: [
    {
      connections: 2,
      paceMs: 60,
      steps: { text: "select id, note from orders where customer_id = $1", values: (draw) => [draw(40)] },
    },
  ],
};
