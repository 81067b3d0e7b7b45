import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Sessions wait for sessions that wait: only the one at the root is to be ended",
  alert: { metric: "sessions_by_wait_event_type", value: 5 },
  expected: {
    verdict: "cause",
    cause: "lock_blocking",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["root"] }),
  },
  mustNot: { causes: ["hot_row_contention", "ddl_lock_queue", "deadlock_order"] },
  held: [
    {
      name: "root",
      application: "billing",
      as: "batch",
      steps: ["begin", "update accounts set balance = balance + 1 where id = 7"],
    },
    {
      name: "middle",
      steps: ["begin", "update accounts set balance = 1 where id = 8"],
      last: "update accounts set balance = 1 where id = 7",
    },
    {
      name: "leaf",
      steps: ["begin", "update accounts set balance = 1 where id = 9"],
      last: "update accounts set balance = 1 where id = 8",
    },
    { name: "last", steps: [], last: "update accounts set balance = 1 where id = 9", sessions: 2 },
  ],
  workload: [
    { paceMs: 20, steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] } },
  ],
};
