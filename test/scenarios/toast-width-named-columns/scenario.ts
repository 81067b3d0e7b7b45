import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The same documents, and a list that names the columns it shows",
  alert: { metric: "cpu_percent", value: 84 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["toast_width"] },
  decoyOf: "toast_width",
  workload: [
    {
      connections: 3,
      paceMs: 10,
      steps: { text: "select id, title from documents where owner_id = $1", values: (draw) => [draw(100)] },
    },
    {
      connections: 1,
      paceMs: 50,
      steps: { text: "select body from documents where id = $1", values: (draw) => [draw(4000)] },
    },
  ],
};
