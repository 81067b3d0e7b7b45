import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A replication slot whose reader is gone holds back the horizon and the log",
  alert: { metric: "logical_replication_delay_in_bytes", value: 900000000, rule: "replication slot lag" },
  expected: {
    verdict: "cause",
    cause: "vacuum_blocked",
    kind: "drop_replication_slot",
    parameters: { slot: "search_feed" },
  },
  mustNot: { kinds: ["vacuum_table", "terminate_backend"] },
  workload: [
    {
      paceMs: 5,
      connections: 2,
      steps: { text: "update jobs set state = 'x' where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
