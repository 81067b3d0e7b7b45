import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "An inbox shows an account's ten newest messages, and sorts thousands for it each time",
  alert: { metric: "cpu_percent", value: 94 },
  expected: {
    verdict: "cause",
    cause: "missing_sort_index",
    kind: "create_index",
    parameters: {
      table: "messages",
      keys: [
        { column: "account_id", direction: "asc" },
        { column: "sent_at", direction: "desc" },
      ],
    },
  },
  mustNot: { causes: ["work_mem_spill"] },
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: {
        text: "select id, subject from messages where account_id = $1 order by sent_at desc limit 10",
        values: (draw) => [draw(40)],
      },
    },
  ],
  heals: "resolved",
};
