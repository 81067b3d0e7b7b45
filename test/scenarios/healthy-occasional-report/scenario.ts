import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A report reads a table from end to end every few seconds, as reports do",
  alert: { metric: "cpu_percent", value: 81 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["missing_index", "work_mem_spill"] },
  decoyOf: "missing_index",
  isControl: true,
  workload: [
    {
      connections: 1,
      paceMs: 1500,
      steps: { text: "select customer_id, sum(total) from orders group by customer_id order by 2 desc limit 10" },
    },
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
};
