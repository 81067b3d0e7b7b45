import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A session updated a row and went idle in its transaction; others wait for it",
  alert: { metric: "sessions_by_wait_event_type", value: 6 },
  expected: {
    verdict: "cause",
    cause: "lock_blocking",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["root"] }),
  },
  mustNot: { kinds: ["cancel_backend"], causes: ["hot_row_contention", "ddl_lock_queue"] },
  held: [
    {
      name: "root",
      application: "billing",
      as: "batch",
      steps: ["begin", "update accounts set balance = balance + 1 where id = 7"],
    },
    { name: "victim", steps: [], last: "update accounts set balance = balance - 1 where id = 7", sessions: 4 },
  ],
  workload: [
    { paceMs: 20, steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] } },
  ],
  heals: "resolved",
};
