import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A partitioned table is searched by its key: only one partition is read",
  alert: { metric: "cpu_percent", value: 82 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_pruning", "partition_missing", "missing_index"] },
  decoyOf: "missing_pruning",
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: {
        text: "select count(*) from measurements where taken_at >= $1::timestamptz and taken_at < $1::timestamptz + interval '10 minutes'",
        values: (draw) => [`2026-0${draw(6)}-11`],
      },
    },
  ],
};
