import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A materialized view is refreshed",
  alert: { metric: "cpu_percent", value: 90 },
  expected: { verdict: ["expected"] },
  mustNot: { kinds: "any", causes: ["missing_index"] },
  decoyOf: "missing_index",
  isControl: true,
  held: [
    {
      name: "refresh",
      as: "owner_login",
      application: "scheduler",
      steps: ["set role owner"],
      last: "refresh materialized view totals",
    },
  ],
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
};
