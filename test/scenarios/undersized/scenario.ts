import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Many different statements, each with the plan it needs, and more of them than one core can carry",
  alert: { metric: "cpu_percent", value: 99 },
  expected: { verdict: "handoff", cause: "undersized" },
  mustNot: { kinds: "any", causes: ["missing_index", "n_plus_one"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 2,
      steps: {
        text: "select sum(total) from orders where id between $1 and $1 + 40000",
        values: (draw) => [draw(200000)],
      },
    },
    {
      connections: 2,
      steps: {
        text: "select count(distinct total) from orders where customer_id between $1 and $1 + 1500",
        values: (draw) => [draw(18000)],
      },
    },
    {
      connections: 2,
      steps: {
        text: "select stddev(customer_id) from orders where id between $1 and $1 + 50000 and total > 3",
        values: (draw) => [draw(200000)],
      },
    },
    {
      connections: 2,
      steps: {
        text: "select avg(total), min(customer_id) from orders where id between $1 and $1 + 45000",
        values: (draw) => [draw(200000)],
      },
    },
  ],
};
