import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The password of the batch role ends in five days",
  alert: { metric: null, value: 5, rule: "credential expiry" },
  expected: { verdict: "handoff", cause: "credential_expiry" },
  mustNot: { kinds: "any", causes: ["connection_exhaustion"] },
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "insert into orders (total) values ($1)", values: (draw) => [draw(100)] },
    },
  ],
};
