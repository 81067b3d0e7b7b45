import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Transactions take their rows in one order: they wait for each other, and never in a circle",
  alert: { metric: "deadlocks", value: 1 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["deadlock_order", "lock_blocking"] },
  decoyOf: "deadlock_order",
  workload: [
    {
      connections: 2,
      paceMs: 100,
      steps: [
        { text: "begin" },
        { text: "update accounts set balance = balance - 1 where id = 1" },
        { text: "update accounts set balance = balance + 1 where id = 2" },
        { text: "commit" },
      ],
    },
  ],
};
