import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A pool keeps a dozen idle sessions, none of them in a transaction",
  alert: { metric: "sessions_by_state", value: 14 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["idle_in_transaction", "connection_exhaustion"] },
  decoyOf: "idle_in_transaction",
  isControl: true,
  held: [{ name: "pooled", steps: ["select 1"], sessions: 12 }],
  ageMs: 5000,
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
};
