import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A sort spills because the table is searched without an index: more memory is not the remedy",
  alert: { metric: "temp_bytes", value: 50000000 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: {
      table: "posts",
      keys: [{ column: "thread_id", direction: "asc" }],
    },
  },
  mustNot: { kinds: ["set_role_setting"], causes: ["work_mem_spill"] },
  decoyOf: "work_mem_spill",
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: { text: "select id, body from posts where thread_id = $1 order by sent_at", values: (draw) => [draw(20)] },
    },
  ],
};
