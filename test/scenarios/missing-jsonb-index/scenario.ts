import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Documents are searched by what they contain",
  alert: { metric: "cpu_percent", value: 95 },
  expected: {
    verdict: "cause",
    cause: "missing_jsonb_index",
    kind: "create_index",
    parameters: {
      table: "documents",
      method: "gin",
      keys: [{ column: "doc", direction: "asc", operatorClass: "jsonb_path_ops" }],
    },
  },
  mustNot: { statement: /\(doc\)/ },
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: {
        text: "select id from documents where doc @> $1::jsonb",
        values: (draw) => [JSON.stringify({ customer: draw(30000) })],
      },
    },
  ],
  heals: "resolved",
};
