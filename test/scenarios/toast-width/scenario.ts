import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A list of documents asks for every column, and fetches whole texts that it does not show",
  alert: { metric: "cpu_percent", value: 90 },
  expected: { verdict: "handoff", cause: "toast_width" },
  mustNot: { kinds: ["create_index"], causes: ["missing_index"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 3,
      paceMs: 20,
      steps: { text: "select * from documents where owner_id = $1", values: (draw) => [draw(100)] },
    },
  ],
};
