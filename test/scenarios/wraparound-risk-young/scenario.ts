import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Transaction ids are a hundred million old: autovacuum has not even begun to care",
  alert: { metric: "maximum_used_transactionIDs", value: 100000000 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["wraparound_risk", "vacuum_blocked"] },
  decoyOf: "wraparound_risk",
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select amount from ledger where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
