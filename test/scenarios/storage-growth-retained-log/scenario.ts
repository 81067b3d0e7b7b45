import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The disk fills with write-ahead log that is kept for a replica which is gone",
  alert: { metric: "storage_percent", value: 90 },
  expected: {
    verdict: "cause",
    cause: "storage_growth",
    kind: "drop_replication_slot",
    parameters: { slot: "old_replica" },
  },
  mustNot: { kinds: ["vacuum_table", "drop_index"] },
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "update stock set amount = amount + 1 where id = $1", values: (draw) => [draw(60000)] },
    },
  ],
};
