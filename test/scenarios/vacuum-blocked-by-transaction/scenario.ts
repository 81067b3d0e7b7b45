import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Dead rows pile up because a transaction is open that may still see them",
  alert: { metric: "bloat_percent", value: 60 },
  expected: {
    verdict: "cause",
    cause: "vacuum_blocked",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["old"] }),
  },
  mustNot: { kinds: ["vacuum_table"], causes: ["table_bloat"] },
  decoyOf: "table_bloat",
  held: [
    {
      name: "old",
      as: "analyst",
      application: "report",
      steps: ["begin isolation level repeatable read", "select count(*) from jobs"],
    },
    { name: "churn", as: "app", steps: ["update jobs set state = 'running'", "update jobs set state = 'done'"] },
    { name: "vacuum", as: "owner_login", steps: ["vacuum jobs"] },
  ],
  ageMs: 31000,
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select state from jobs where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
