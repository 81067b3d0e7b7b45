import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A shop with many visitors, in which every statement has its index",
  alert: { metric: "cpu_percent", value: 83 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["missing_index", "n_plus_one", "deployment_regression"] },
  decoyOf: "missing_index",
  isControl: true,
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
    {
      connections: 2,
      paceMs: 5,
      steps: {
        text: "select id, total from orders where customer_id = $1 order by id desc limit 10",
        values: (draw) => [draw(20000)],
      },
    },
    {
      connections: 1,
      paceMs: 5,
      steps: { text: "update orders set total = total + 1 where id = $1", values: (draw) => [draw(200000)] },
    },
    {
      connections: 1,
      paceMs: 5,
      steps: { text: "insert into orders (customer_id, total) values ($1, 7)", values: (draw) => [draw(20000)] },
    },
  ],
};
