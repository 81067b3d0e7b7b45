import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A long statement holds the rows that others want to change: cancelling it is enough",
  alert: { metric: "sessions_by_wait_event_type", value: 5 },
  expected: {
    verdict: "cause",
    cause: "lock_blocking",
    kind: "cancel_backend",
    parameters: ({ pids }) => ({ pid: pids["root"] }),
  },
  mustNot: { kinds: ["terminate_backend"], causes: ["hot_row_contention", "ddl_lock_queue"] },
  held: [
    {
      name: "root",
      application: "nightly",
      as: "batch",
      steps: ["begin", "update accounts set balance = 0 where id <= 1000"],
      last: "select count(pg_sleep(0.01)) from generate_series(1, 100000)",
    },
    { name: "victim", steps: [], last: "update accounts set balance = balance - 1 where id = 7", sessions: 2 },
    { name: "other", steps: [], last: "delete from accounts where id = 8" },
  ],
  workload: [
    { paceMs: 20, steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] } },
  ],
  heals: "resolved",
};
