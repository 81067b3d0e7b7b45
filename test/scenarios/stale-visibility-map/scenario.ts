import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Index-only scans visit the table for each row, because it was never vacuumed",
  alert: { metric: "disk_iops_consumed_percentage", value: 92 },
  expected: {
    verdict: "cause",
    cause: "stale_visibility_map",
    kind: "vacuum_table",
    parameters: { schema: "public", table: "payments" },
  },
  mustNot: { kinds: ["create_index", "reindex_index"], causes: ["missing_index", "table_bloat"] },
  workload: [
    {
      connections: 3,
      paceMs: 20,
      steps: { text: "select sum(amount) from payments where account_id = $1", values: (draw) => [draw(500)] },
    },
  ],
  heals: "resolved",
};
