import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Two kinds of transactions take the same rows in another order",
  alert: { metric: "deadlocks", value: 4 },
  expected: { verdict: "handoff", cause: "deadlock_order" },
  mustNot: { kinds: "any", causes: ["lock_blocking"] },
  observedMs: 6000,
  workload: [
    {
      connections: 2,
      steps: [
        { text: "begin" },
        { text: "update accounts set balance = balance - 1 where id = 1" },
        { text: "select pg_sleep(0.1)" },
        { text: "update accounts set balance = balance + 1 where id = 2" },
        { text: "commit" },
      ],
    },
    {
      connections: 2,
      steps: [
        { text: "begin" },
        { text: "update accounts set balance = balance - 1 where id = 2" },
        { text: "select pg_sleep(0.1)" },
        { text: "update accounts set balance = balance + 1 where id = 1" },
        { text: "commit" },
      ],
    },
  ],
};
