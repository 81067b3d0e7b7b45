import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The log is full every second, and each time a checkpoint must come",
  alert: { metric: "write_iops", value: 5000, rule: "write iops" },
  expected: {
    verdict: "cause",
    cause: "checkpoint_storm",
    kind: "set_server_parameter",
    parameters: { name: "max_wal_size", oldValue: "32" },
  },
  mustNot: { kinds: ["set_table_fillfactor", "drop_index"] },
  settings: { max_wal_size: "32MB", min_wal_size: "32MB", checkpoint_timeout: "15min" },
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: {
        text: "insert into log (payload) select repeat('l', 900) from generate_series(1, $1)",
        values: () => [2000],
      },
    },
  ],
};
