import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Codes are searched by how they begin in a database that sorts by bytes: a plain index is enough",
  alert: { metric: "cpu_percent", value: 91 },
  expected: {
    verdict: "cause",
    cause: "missing_index",
    kind: "create_index",
    parameters: { table: "parts", method: "btree", keys: [{ column: "code", direction: "asc" }] },
  },
  mustNot: { causes: ["missing_text_pattern_index", "missing_trigram_index"], statement: /pattern_ops|trgm/ },
  decoyOf: "missing_text_pattern_index",
  workload: [{ connections: 3, paceMs: 30, steps: { text: "select id, price from parts where code like 'P77%'" } }],
};
