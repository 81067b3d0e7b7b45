import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Autovacuum works, and is switched off for one table: that table is what needs care",
  alert: { metric: "bloat_percent", value: 60 },
  expected: {
    verdict: "cause",
    cause: "table_bloat",
    kind: "vacuum_table",
    parameters: { schema: "public", table: "jobs" },
  },
  mustNot: { kinds: ["set_server_parameter"], causes: ["autovacuum_starved"] },
  decoyOf: "autovacuum_starved",
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "select state from jobs where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
