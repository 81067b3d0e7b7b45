import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An administrator vacuums a large table by hand",
  alert: { metric: "disk_iops_consumed_percentage", value: 93 },
  expected: { verdict: ["expected", "healthy"] },
  mustNot: { kinds: "any", causes: ["lock_blocking", "undersized"] },
  decoyOf: "undersized",
  isControl: true,
  held: [
    {
      name: "vacuum",
      as: "owner_login",
      application: "psql",
      steps: ["set vacuum_cost_delay = '20ms'", "set vacuum_cost_limit = 50"],
      last: "vacuum (freeze, analyze) orders",
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
