import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table grew tenfold since its last ANALYZE, and the planner still counts on few rows of each kind",
  alert: { metric: "cpu_percent", value: 93 },
  expected: {
    verdict: "cause",
    cause: "stale_statistics",
    kind: "analyze_table",
    parameters: { schema: "public", table: "items" },
  },
  mustNot: {
    kinds: ["create_index", "create_statistics", "set_column_statistics"],
    causes: ["correlated_columns", "low_statistics_target"],
  },
  workload: [
    {
      connections: 3,
      paceMs: 50,
      steps: {
        text: "select i.id, d.text from items i join details d on d.item_id = i.id where i.batch = $1",
        values: (draw) => [1000 + draw(9)],
      },
    },
  ],
  heals: "resolved",
};
