import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "One password ends in 200 days, and another ended long ago with the account that had it",
  alert: { metric: null, value: 1, rule: "credential expiry" },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["credential_expiry"] },
  decoyOf: "credential_expiry",
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "insert into orders (total) values ($1)", values: (draw) => [draw(100)] },
    },
  ],
};
