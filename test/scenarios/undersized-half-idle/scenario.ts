import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The same shop with a quarter of the visitors: there is room left",
  alert: { metric: "cpu_percent", value: 81 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["undersized", "missing_index"] },
  decoyOf: "undersized",
  isControl: true,
  workload: [
    {
      connections: 1,
      paceMs: 100,
      steps: {
        text: "select sum(total) from orders where id between $1 and $1 + 400",
        values: (draw) => [draw(200000)],
      },
    },
    {
      connections: 1,
      paceMs: 100,
      steps: { text: "select count(*) from orders where customer_id = $1", values: (draw) => [draw(18000)] },
    },
    {
      connections: 1,
      paceMs: 100,
      steps: {
        text: "select stddev(customer_id) from orders where id between $1 and $1 + 500",
        values: (draw) => [draw(200000)],
      },
    },
  ],
};
