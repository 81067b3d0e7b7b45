import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An integer key has used nearly all of its numbers",
  alert: { metric: null, value: 1, rule: "application errors" },
  expected: { verdict: "handoff", cause: "sequence_exhaustion" },
  mustNot: { kinds: "any", causes: ["missing_index"] },
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "insert into orders (total) values ($1)", values: (draw) => [draw(100)] },
    },
  ],
};
