import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A tenant's newest events are read by tenant and time, and neither is indexed",
  alert: { metric: "cpu_percent", value: 96 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: {
      table: "events",
      keys: [
        { column: "tenant_id", direction: "asc" },
        { column: "happened_at", direction: "asc" },
      ],
    },
  },
  mustNot: { causes: ["missing_sort_index", "stale_statistics"], kinds: ["analyze_table"] },
  workload: [
    {
      connections: 3,
      paceMs: 40,
      steps: {
        text: "select count(*) from events where tenant_id = $1 and happened_at >= $2",
        values: (draw) => [draw(200), `2026-0${draw(9)}-01`],
      },
    },
  ],
  heals: "resolved",
};
