import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A unique index and a plain one on the same columns, and a longer one: none of them may go unasked",
  alert: { metric: "disk_iops_consumed_percentage", value: 84 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: "any", causes: ["duplicate_index"] },
  decoyOf: "duplicate_index",
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select id from members where email = $1", values: (draw) => [`m${draw(100000)}`] },
    },
    {
      connections: 2,
      paceMs: 5,
      steps: {
        text: "select id from members where email like $1 || '%' and team = $2",
        values: (draw) => [`m${draw(100000)}`, draw(40)],
      },
    },
  ],
};
