import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An audit log takes in rows all day and is searched once in a while: an index would cost more than it gives",
  alert: { metric: "cpu_percent", value: 85 },
  expected: { verdict: ["healthy", "unexplained"] },
  mustNot: { kinds: ["create_index"], causes: ["missing_index"] },
  decoyOf: "missing_index",
  workload: [
    {
      connections: 4,
      paceMs: 0,
      steps: {
        text: "insert into audit_log (actor, action, payload) select $1, 'login', repeat('p', 200) from generate_series(1, 50)",
        values: (draw) => [draw(5000)],
      },
    },
    {
      paceMs: 1500,
      steps: { text: "select count(*) from audit_log where actor = $1", values: (draw) => [draw(5000)] },
    },
  ],
};
