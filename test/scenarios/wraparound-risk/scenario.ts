import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table's oldest transaction id is older than autovacuum should ever let it become",
  alert: { metric: "maximum_used_transactionIDs", value: 1400000000 },
  expected: {
    verdict: "cause",
    cause: "wraparound_risk",
    kind: "vacuum_freeze",
    parameters: { schema: "public", table: "ledger" },
  },
  mustNot: { statement: /full/i, causes: ["vacuum_blocked"] },
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select amount from ledger where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
  heals: "resolved",
};
