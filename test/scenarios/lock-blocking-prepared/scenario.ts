import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A prepared transaction that nobody finishes holds a row that others want",
  alert: { metric: "sessions_by_wait_event_type", value: 4 },
  expected: {
    verdict: "cause",
    cause: "lock_blocking",
    kind: "rollback_prepared",
    parameters: { gid: "transfer-17" },
  },
  mustNot: { kinds: ["terminate_backend", "cancel_backend"] },
  held: [
    {
      name: "coordinator",
      as: "batch",
      steps: ["begin", "update accounts set balance = 0 where id = 7", "prepare transaction 'transfer-17'"],
    },
    { name: "victim", steps: [], last: "update accounts set balance = balance - 1 where id = 7", sessions: 3 },
  ],
  workload: [
    { paceMs: 20, steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] } },
  ],
};
