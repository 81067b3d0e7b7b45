import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Users are looked up by lower(email), and the index on email cannot serve that",
  alert: { metric: "cpu_percent", value: 94 },
  expected: {
    verdict: "cause",
    cause: "missing_expression_index",
    kind: "create_index",
    parameters: {
      table: "users",
      method: "btree",
      keys: [
        {
          expression: { kind: "call", function: "lower", arguments: [{ kind: "column", column: "email" }] },
          direction: "asc",
        },
      ],
    },
  },
  mustNot: { statement: /users\(email\)/, causes: ["function_on_column"] },
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: {
        text: "select id, name from users where lower(email) = $1",
        values: (draw) => [`user${draw(200000)}@example.org`],
      },
    },
  ],
  heals: "resolved",
};
