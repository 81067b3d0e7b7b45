import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A sequence is far beyond what an integer holds, and its column is a bigint",
  alert: { metric: null, value: 1, rule: "application errors" },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["sequence_exhaustion"] },
  decoyOf: "sequence_exhaustion",
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "insert into orders (total) values ($1)", values: (draw) => [draw(100)] },
    },
  ],
};
