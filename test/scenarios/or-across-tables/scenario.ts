import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An OR joins conditions on two tables, which no index can serve: the query wants a UNION",
  alert: { metric: "cpu_percent", value: 91 },
  expected: { verdict: "handoff", cause: "or_across_tables" },
  mustNot: { kinds: ["create_index"], causes: ["missing_index"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: {
        text: "select o.id from orders o join customers c on c.id = o.customer_id where o.number = $1 or c.phone = $2",
        values: (draw) => [`N${draw(150000)}`, `+49-${draw(30000)}`],
      },
    },
  ],
};
