import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Somebody runs one long query by hand, which ends by itself",
  alert: { metric: "cpu_percent", value: 95 },
  expected: { verdict: ["expected"] },
  mustNot: { kinds: "any", causes: ["missing_index", "lock_blocking"] },
  decoyOf: "missing_index",
  isControl: true,
  held: [
    {
      name: "person",
      as: "analyst",
      application: "DBeaver 24.1 - Main",
      steps: [],
      last: "select count(*) from orders a join orders b on a.total = b.total join orders c on c.id = a.id",
    },
  ],
  ageMs: 3000,
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
};
