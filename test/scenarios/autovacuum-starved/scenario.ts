import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Autovacuum is switched off for the whole server, and dead rows pile up",
  alert: { metric: "bloat_percent", value: 60 },
  expected: {
    verdict: "cause",
    cause: "autovacuum_starved",
    kind: "set_server_parameter",
    parameters: { name: "autovacuum", value: "on", oldValue: "off" },
  },
  mustNot: { causes: ["vacuum_blocked", "table_bloat"] },
  settings: { autovacuum: "off" },
  workload: [
    {
      connections: 2,
      paceMs: 10,
      steps: { text: "select state from jobs where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
