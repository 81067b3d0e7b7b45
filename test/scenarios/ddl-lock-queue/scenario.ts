import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "ALTER TABLE waits for a report, and everybody else waits behind it",
  alert: { metric: "sessions_by_wait_event_type", value: 9 },
  expected: {
    verdict: "cause",
    cause: "ddl_lock_queue",
    kind: "cancel_backend",
    parameters: ({ pids }) => ({ pid: pids["ddl"] }),
  },
  mustNot: { kinds: ["terminate_backend"], causes: ["lock_blocking", "hot_row_contention"] },
  held: [
    { name: "report", as: "analyst", application: "report", steps: ["begin", "select count(*) from accounts"] },
    {
      name: "ddl",
      as: "owner_login",
      application: "migrate",
      steps: ["set role owner"],
      last: "alter table accounts add column note text",
    },
    { name: "victim", steps: [], last: "select balance from accounts where id = 7", sessions: 5 },
  ],
  heals: "resolved",
};
