import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An index kept its size after nine of ten rows were deleted",
  alert: { metric: "disk_iops_consumed_percentage", value: 87 },
  expected: {
    verdict: "cause",
    cause: "index_bloat",
    kind: "reindex_index",
    parameters: { table: "queue", name: "queue_pkey" },
  },
  mustNot: { kinds: ["drop_index", "vacuum_table"] },
  workload: [
    {
      connections: 2,
      paceMs: 5,
      steps: { text: "select payload from queue where id = $1", values: (draw) => [draw(60000) * 10] },
    },
  ],
  heals: "resolved",
};
