import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "ALTER TABLE waits for a report, and nobody is behind it: there is nothing to end",
  alert: { metric: "sessions_by_wait_event_type", value: 1 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["ddl_lock_queue", "lock_blocking"] },
  decoyOf: "ddl_lock_queue",
  held: [
    { name: "report", as: "analyst", application: "report", steps: ["begin", "select count(*) from archive"] },
    {
      name: "ddl",
      as: "owner_login",
      application: "migrate",
      steps: ["set role owner"],
      last: "alter table archive add column note text",
    },
  ],
  workload: [
    {
      paceMs: 20,
      connections: 2,
      steps: { text: "select balance from accounts where id = $1", values: (draw) => [draw(50000)] },
    },
  ],
};
