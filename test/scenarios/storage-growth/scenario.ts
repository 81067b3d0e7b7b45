import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The disk fills with one table that only ever grows",
  alert: { metric: "storage_percent", value: 88 },
  expected: { verdict: "handoff", cause: "storage_growth" },
  mustNot: { kinds: "any", causes: ["table_bloat", "missing_index"] },
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "insert into trail (body) select repeat('t', 300) from generate_series(1, 50)" },
    },
  ],
};
