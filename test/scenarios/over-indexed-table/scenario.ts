import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Every update of a session sets last_seen, which an index holds that nobody scans",
  alert: { metric: "cpu_percent", value: 89 },
  expected: {
    verdict: "cause",
    cause: "over_indexed_table",
    kind: "drop_index",
    parameters: { table: "sessions", name: "sessions_last_seen_idx" },
  },
  mustNot: { kinds: ["set_table_fillfactor"], causes: ["hot_update_failure"] },
  decoyOf: "hot_update_failure",
  workload: [
    {
      connections: 3,
      paceMs: 1,
      steps: { text: "update sessions set last_seen = now() where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
