import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A table grew tenfold since its last ANALYZE, and the planner still counts on one row of each batch",
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
      connections: 2,
      paceMs: 50,
      steps: {
        text: "select c.name, count(*) from items i join categories c on c.code = i.category where i.batch = $1 group by c.name",
        values: (draw) => [30000 + draw(27)],
      },
    },
  ],
};
