import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An OR over two columns of one table: the column that has no index needs one",
  alert: { metric: "cpu_percent", value: 91 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: { table: "orders", keys: [{ column: "reference", direction: "asc" }] },
  },
  mustNot: { causes: ["or_across_tables"] },
  decoyOf: "or_across_tables",
  workload: [
    {
      connections: 3,
      paceMs: 40,
      steps: {
        text: "select id from orders where number = $1 or reference = $2",
        values: (draw) => [`N${draw(150000)}`, `R${draw(150000)}`],
      },
    },
  ],
};
