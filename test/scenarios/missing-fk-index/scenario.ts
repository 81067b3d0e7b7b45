import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Deleting an order searches all of its lines, because nothing indexes the foreign key",
  alert: { metric: "cpu_percent", value: 92 },
  expected: {
    verdict: "cause",
    cause: "missing_fk_index",
    kind: "create_index",
    parameters: { table: "order_lines", keys: [{ column: "order_id", direction: "asc" }] },
  },
  mustNot: { causes: ["missing_index"] },
  workload: [
    {
      connections: 2,
      paceMs: 60,
      steps: { text: "delete from orders where id = $1", values: (draw) => [draw(60000)] },
    },
  ],
};
