import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An export sorts half of a table and takes all of it: an index would not spare it the reading",
  alert: { metric: "cpu_percent", value: 90 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: ["create_index"], causes: ["missing_sort_index", "missing_index"] },
  decoyOf: "missing_sort_index",
  workload: [
    {
      connections: 1,
      paceMs: 100,
      steps: {
        text: "select max(subject) from (select subject, row_number() over (order by sent_at desc) from messages where is_read = $1) m",
        values: () => [true],
      },
    },
  ],
};
