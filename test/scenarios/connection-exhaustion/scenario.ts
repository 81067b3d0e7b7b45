import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "One application holds nearly all connections and uses none of them",
  alert: { metric: "active_connections", value: 54 },
  expected: {
    verdict: "cause",
    cause: "connection_exhaustion",
    kind: "set_role_connection_limit",
    parameters: { role: "batch" },
  },
  mustNot: { causes: ["idle_in_transaction", "lock_blocking"] },
  held: [{ name: "hoard", as: "batch", application: "reports", steps: ["select 1"], sessions: 47 }],
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
};
