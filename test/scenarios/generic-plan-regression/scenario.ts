import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A prepared statement keeps a plan for any state, while it only ever asks for the rare one",
  alert: { metric: "cpu_percent", value: 94 },
  expected: {
    verdict: "cause",
    cause: "generic_plan_regression",
    kind: "set_role_setting",
    parameters: { role: "app", setting: "plan_cache_mode", value: "force_custom_plan" },
  },
  mustNot: { kinds: ["create_index", "analyze_table"], causes: ["missing_index", "stale_statistics"] },
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: { text: "select id, payload from tasks where state = $1", name: "by_state", values: () => ["failed"] },
    },
  ],
};
