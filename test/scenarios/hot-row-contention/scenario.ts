import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "All transactions change the same counter: the lock goes from hand to hand",
  alert: { metric: "sessions_by_wait_event_type", value: 7 },
  expected: { verdict: "handoff", cause: "hot_row_contention" },
  mustNot: { kinds: "any", causes: ["lock_blocking", "missing_index"] },
  decoyOf: "lock_blocking",
  workload: [
    {
      connections: 8,
      steps: [
        { text: "begin" },
        { text: "update counters set hits = hits + 1 where id = 1" },
        { text: "select pg_sleep(0.03)" },
        { text: "commit" },
      ],
    },
  ],
};
