import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A script asks for checkpoints again and again: the log is nowhere near full",
  alert: { metric: "write_iops", value: 4000, rule: "write iops" },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: ["set_server_parameter"], causes: ["checkpoint_storm"] },
  decoyOf: "checkpoint_storm",
  workload: [
    { connections: 1, paceMs: 400, as: "batch", application: "copy-script", steps: { text: "checkpoint" } },
    { connections: 2, paceMs: 10, steps: { text: "insert into log (payload) values (repeat('l', 300))" } },
  ],
};
