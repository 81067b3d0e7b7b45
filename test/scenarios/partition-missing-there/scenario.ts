import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The partitions reach far into the future, and the default one is empty",
  alert: { metric: "cpu_percent", value: 70 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["partition_missing"] },
  decoyOf: "partition_missing",
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "insert into events values ($1, now(), 'on time')", values: (draw) => [draw(1000000)] },
    },
  ],
};
