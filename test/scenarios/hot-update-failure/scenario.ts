import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Updates set a column that no index holds, and still none is HOT: the pages are full",
  alert: { metric: "disk_iops_consumed_percentage", value: 90 },
  expected: {
    verdict: "cause",
    cause: "hot_update_failure",
    kind: "set_table_fillfactor",
    parameters: { schema: "public", table: "counters", oldFillfactor: 100 },
  },
  mustNot: { kinds: ["drop_index", "create_index"], causes: ["over_indexed_table"] },
  workload: [
    {
      connections: 3,
      paceMs: 5,
      steps: { text: "update counters set hits = hits + 1 where id = $1", values: (draw) => [draw(400000)] },
    },
  ],
};
