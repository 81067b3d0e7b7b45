import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A postcode decides the city, and the planner multiplies the two as if they were independent",
  alert: { metric: "cpu_percent", value: 92 },
  expected: {
    verdict: "cause",
    cause: "correlated_columns",
    kind: "create_statistics",
    parameters: { schema: "public", table: "addresses", columns: ["city", "postcode"] },
  },
  mustNot: { kinds: ["analyze_table", "create_index"], causes: ["stale_statistics"] },
  decoyOf: "stale_statistics",
  workload: [
    {
      connections: 3,
      paceMs: 40,
      steps: {
        text: "select a.id, p.weight from addresses a join parcels p on p.address_id = a.id where a.city = $1 and a.postcode = $2",
        values: (draw) => {
          const postcode = draw(200) - 1;
          return [Math.floor(postcode / 2), postcode];
        },
      },
    },
  ],
};
