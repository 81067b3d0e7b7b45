import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Most rows of a table are dead, and nothing keeps VACUUM from removing them",
  alert: { metric: "bloat_percent", value: 60 },
  expected: {
    verdict: "cause",
    cause: "table_bloat",
    kind: "vacuum_table",
    parameters: { schema: "public", table: "jobs" },
  },
  mustNot: { causes: ["vacuum_blocked", "autovacuum_starved"] },
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select state from jobs where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
  heals: "resolved",
};
