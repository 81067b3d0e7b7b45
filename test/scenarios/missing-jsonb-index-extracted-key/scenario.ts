import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Documents are searched by one extracted key: an index on that expression, not one on the document",
  alert: { metric: "cpu_percent", value: 95 },
  expected: {
    verdict: "cause",
    cause: "missing_expression_index",
    kind: "create_index",
    parameters: {
      table: "documents",
      method: "btree",
      keys: [
        {
          expression: {
            kind: "operator",
            operator: "->>",
            left: { kind: "column", column: "doc" },
            right: { kind: "constant", value: "customer" },
          },
          direction: "asc",
        },
      ],
    },
  },
  mustNot: { causes: ["missing_jsonb_index"], statement: /gin/ },
  decoyOf: "missing_jsonb_index",
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: { text: "select id from documents where doc ->> 'customer' = $1", values: (draw) => [`C${draw(30000)}`] },
    },
  ],
};
