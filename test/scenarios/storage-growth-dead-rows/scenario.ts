import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The disk fills with dead rows: what is there must be vacuumed, not moved to a larger disk",
  alert: { metric: "storage_percent", value: 88 },
  expected: {
    verdict: "cause",
    cause: "table_bloat",
    kind: "vacuum_table",
    parameters: { schema: "public", table: "jobs" },
  },
  mustNot: { causes: ["storage_growth", "vacuum_blocked"] },
  decoyOf: "storage_growth",
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "update jobs set state = $1 where id = $2", values: (draw) => [`s${draw(9)}`, draw(100000)] },
    },
  ],
};
