import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A prepared statement whose column has no index: its plan is the same for every value",
  alert: { metric: "cpu_percent", value: 94 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: { table: "tasks", keys: [{ column: "owner_id", direction: "asc" }] },
  },
  mustNot: { kinds: ["set_role_setting"], causes: ["generic_plan_regression"] },
  decoyOf: "generic_plan_regression",
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: {
        text: "select id, payload from tasks where owner_id = $1",
        name: "by_owner",
        values: (draw) => [draw(5000)],
      },
    },
  ],
};
