import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A day's visits are searched by to_char(visited_at), which no index can hold: the query must change",
  alert: { metric: "cpu_percent", value: 93 },
  expected: { verdict: "handoff", cause: "function_on_column" },
  mustNot: { kinds: ["create_index"], causes: ["missing_index", "missing_expression_index"] },
  decoyOf: "missing_expression_index",
  workload: [
    {
      connections: 3,
      paceMs: 60,
      steps: {
        text: "select id, path from visits where to_char(visited_at, 'YYYY-MM-DD') = $1",
        values: (draw) => [`2026-03-${String(9 + draw(19)).padStart(2, "0")}`],
      },
    },
  ],
};
