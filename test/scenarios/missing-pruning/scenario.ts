import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Measurements of one day are searched by a cast of the time, so every partition is read",
  alert: { metric: "cpu_percent", value: 91 },
  expected: { verdict: "handoff", cause: "missing_pruning" },
  mustNot: { kinds: ["create_index"], causes: ["missing_index", "missing_expression_index"] },
  decoyOf: "missing_expression_index",
  workload: [
    {
      connections: 2,
      paceMs: 60,
      steps: {
        text: "select count(*) from measurements where taken_at::date = $1",
        values: (draw) => [`2026-0${draw(6)}-11`],
      },
    },
  ],
};
