import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The connections run out because everybody waits for one forgotten transaction",
  alert: { metric: "active_connections", value: 52 },
  expected: {
    verdict: "cause",
    cause: "lock_blocking",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["root"] }),
  },
  mustNot: { kinds: ["set_role_connection_limit"], causes: ["connection_exhaustion"] },
  decoyOf: "connection_exhaustion",
  held: [
    {
      name: "root",
      as: "batch",
      application: "billing",
      steps: ["begin", "update accounts set balance = 0 where id = 7"],
    },
    { name: "victim", steps: [], last: "update accounts set balance = balance - 1 where id = 7", sessions: 44 },
  ],
  workload: [
    { paceMs: 20, steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] } },
  ],
};
