import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An index that is never scanned and keeps values unique, and one that a foreign key needs",
  alert: { metric: "disk_iops_consumed_percentage", value: 86 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["unused_index"] },
  decoyOf: "unused_index",
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(100000)] },
    },
    {
      connections: 1,
      paceMs: 5,
      steps: {
        text: "insert into orders (customer_id, total, number) values ($1, 5, gen_random_uuid()::text)",
        values: (draw) => [draw(20000)],
      },
    },
  ],
};
