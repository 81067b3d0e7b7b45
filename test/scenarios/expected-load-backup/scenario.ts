import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The nightly backup reads everything: its load is meant to be there",
  alert: { metric: "disk_iops_consumed_percentage", value: 97 },
  expected: { verdict: ["expected"] },
  mustNot: { kinds: "any" },
  decoyOf: "missing_index",
  isControl: true,
  held: [
    {
      name: "backup",
      as: "analyst",
      application: "pg_dump",
      steps: ["begin isolation level repeatable read"],
      last: "select count(md5(note)), count(pg_sleep(0.002)) from orders",
    },
  ],
  workload: [
    {
      connections: 1,
      paceMs: 20,
      steps: { text: "select total from orders where id = $1", values: (draw) => [draw(200000)] },
    },
  ],
};
