import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Nobody made the next partition, and rows go to the default one",
  alert: { metric: "cpu_percent", value: 70 },
  expected: { verdict: "handoff", cause: "partition_missing" },
  mustNot: { kinds: "any", causes: ["missing_index", "missing_pruning"] },
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: {
        text: "insert into events values ($1, now() + interval '3 years', 'late')",
        values: (draw) => [draw(1000000)],
      },
    },
  ],
};
