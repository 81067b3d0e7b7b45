import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A foreign key without an index whose parent nobody deletes from or searches by: nothing needs one",
  alert: { metric: "cpu_percent", value: 82 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_fk_index", "missing_index"] },
  decoyOf: "missing_fk_index",
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select product from order_lines where id = $1", values: (draw) => [draw(240000)] },
    },
    {
      paceMs: 20,
      steps: {
        text: "insert into order_lines (id, order_id, product) select max(id) + 1, $1, 'new' from order_lines",
        values: (draw) => [draw(60000)],
      },
    },
  ],
};
