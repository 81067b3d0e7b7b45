import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Dead rows pile up because a prepared transaction was forgotten",
  alert: { metric: "bloat_percent", value: 60 },
  expected: {
    verdict: "cause",
    cause: "vacuum_blocked",
    kind: "rollback_prepared",
    parameters: { gid: "import-4", owner: "batch" },
  },
  mustNot: { kinds: ["vacuum_table"], causes: ["table_bloat"] },
  decoyOf: "table_bloat",
  held: [
    {
      name: "coordinator",
      as: "batch",
      steps: ["begin", "insert into log values (1)", "prepare transaction 'import-4'"],
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
