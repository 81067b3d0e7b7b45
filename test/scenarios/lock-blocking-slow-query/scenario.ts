import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "One long query that waits for nobody, and nobody waits for it",
  alert: { metric: "longest_query_time_sec", value: 900 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["lock_blocking", "ddl_lock_queue", "idle_in_transaction"] },
  decoyOf: "lock_blocking",
  held: [
    {
      name: "report",
      as: "analyst",
      application: "report",
      steps: [],
      last: "select count(pg_sleep(0.01)), max(balance) from accounts",
    },
  ],
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "update accounts set balance = balance + 1 where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
};
