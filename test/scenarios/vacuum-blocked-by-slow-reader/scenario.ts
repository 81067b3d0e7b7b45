import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A replication slot is behind, and its reader is there and at work: it must not be dropped",
  alert: { metric: "logical_replication_delay_in_bytes", value: 900000000, rule: "replication slot lag" },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: { kinds: "any", causes: ["storage_growth"] },
  decoyOf: "vacuum_blocked",
  held: [
    {
      name: "reader",
      as: "owner_login",
      application: "search-feed",
      isReplication: true,
      steps: [],
      last: "START_REPLICATION SLOT search_feed LOGICAL 0/0 (proto_version '1', publication_names 'everything')",
    },
  ],
  workload: [
    {
      paceMs: 5,
      connections: 2,
      steps: { text: "update jobs set state = 'x' where id = $1", values: (draw) => [draw(100000)] },
    },
  ],
};
