import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Many sessions of one application idle in transactions: a setting of the role ends that habit",
  alert: { metric: "sessions_by_state", value: 8, rule: "idle in transaction sessions" },
  expected: {
    verdict: "cause",
    cause: "idle_in_transaction",
    kind: "set_role_setting",
    parameters: { role: "batch", setting: "idle_in_transaction_session_timeout" },
  },
  mustNot: { kinds: ["terminate_backend"], causes: ["connection_exhaustion"] },
  held: [
    {
      name: "leak",
      as: "batch",
      application: "importer",
      steps: ["begin", "select count(*) from accounts"],
      sessions: 6,
    },
  ],
  ageMs: 20000,
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
};
