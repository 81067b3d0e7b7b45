import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Ids grow old because a forgotten transaction holds the horizon: freezing cannot help before it ends",
  alert: { metric: "maximum_used_transactionIDs", value: 300000 },
  expected: {
    verdict: "cause",
    cause: "vacuum_blocked",
    kind: "terminate_backend",
    parameters: ({ pids }) => ({ pid: pids["old"] }),
  },
  mustNot: { kinds: ["vacuum_freeze", "vacuum_table"], causes: ["wraparound_risk"] },
  decoyOf: "wraparound_risk",
  settings: { autovacuum_freeze_max_age: "100000" },
  held: [
    {
      name: "old",
      as: "analyst",
      application: "report",
      steps: ["begin isolation level repeatable read", "select count(*) from ledger"],
    },
    {
      name: "burner",
      as: "app",
      steps: [
        "do $$ begin for i in 1..180000 loop begin insert into burnt values (i); exception when others then null; end; end loop; end $$",
      ],
    },
  ],
  ageMs: 30000,
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select amount from ledger where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
