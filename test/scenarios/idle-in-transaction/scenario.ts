import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "One session has idled in its transaction for a while and blocks nobody yet",
  alert: { metric: "longest_transaction_time_sec", value: 1200 },
  expected: {
    verdict: "cause",
    cause: "idle_in_transaction",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["forgotten"] }),
  },
  mustNot: { causes: ["lock_blocking", "connection_exhaustion"] },
  held: [
    {
      name: "forgotten",
      as: "batch",
      application: "importer",
      steps: ["begin", "update accounts set balance = 0 where id = 99999"],
    },
    { name: "pooled", steps: ["select 1"], sessions: 6 },
  ],
  ageMs: 20000,
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
  heals: "resolved",
};
