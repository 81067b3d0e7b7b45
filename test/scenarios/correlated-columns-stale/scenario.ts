import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "City and postcode again, but the table was last analysed when it was nearly empty: that comes first",
  alert: { metric: "cpu_percent", value: 92 },
  expected: { verdict: "cause", cause: "stale_statistics", kind: "analyze_table", parameters: { table: "addresses" } },
  mustNot: { kinds: ["create_statistics", "create_index"], causes: ["correlated_columns"] },
  decoyOf: "correlated_columns",
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
