import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "The index is on (taken_at, device_id), and each search names one device and a span of time",
  alert: { metric: "cpu_percent", value: 90 },
  expected: {
    verdict: "cause",
    cause: "wrong_column_order",
    kind: "create_index",
    parameters: {
      table: "readings",
      keys: [
        { column: "device_id", direction: "asc" },
        { column: "taken_at", direction: "asc" },
      ],
    },
  },
  mustNot: { kinds: ["drop_index"] },
  workload: [
    {
      connections: 3,
      paceMs: 20,
      steps: {
        text: "select avg(value) from readings where device_id = $1 and taken_at >= $2",
        values: (draw) => [draw(3000), `2026-01-${String(9 + draw(15)).padStart(2, "0")}`],
      },
    },
  ],
};
