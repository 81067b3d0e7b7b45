import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table full of dead rows that is being vacuumed right now",
  alert: { metric: "bloat_percent", value: 60 },
  expected: { verdict: ["expected", "healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["table_bloat", "vacuum_blocked"] },
  decoyOf: "table_bloat",
  isControl: true,
  held: [
    {
      name: "vacuum",
      as: "owner_login",
      application: "vacuumdb",
      steps: ["set vacuum_cost_delay = '100ms'", "set vacuum_cost_limit = 20"],
      last: "vacuum jobs",
    },
  ],
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select state from jobs where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
