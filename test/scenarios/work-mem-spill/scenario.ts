import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A report sorts more than its memory holds, and no index has that order",
  alert: { metric: "temp_bytes", value: 90000000 },
  expected: {
    verdict: "cause",
    cause: "work_mem_spill",
    kind: "set_role_setting",
    parameters: { role: "app", setting: "work_mem" },
  },
  mustNot: { kinds: ["set_server_parameter", "create_index"], causes: ["missing_index", "missing_sort_index"] },
  workload: [
    {
      connections: 2,
      paceMs: 50,
      steps: {
        text: "select sum(length(body)) from (select body from drafts order by random() offset $1) d",
        values: () => [0],
      },
    },
  ],
};
