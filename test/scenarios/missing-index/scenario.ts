import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Orders are looked up by customer, and no index begins with the customer",
  alert: { metric: "cpu_percent", value: 95 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: { table: "orders", method: "btree", keys: [{ column: "customer_id", direction: "asc" }], where: [] },
  },
  mustNot: { causes: ["stale_statistics", "undersized", "expected_load"] },
  workload: [
    {
      connections: 3,
      paceMs: 40,
      steps: { text: "select id, total from orders where customer_id = $1", values: (draw) => [draw(20000)] },
    },
    { paceMs: 20, steps: { text: "select total from orders where id = $1", values: (draw) => [draw(300000)] } },
  ],
  heals: "resolved",
};
