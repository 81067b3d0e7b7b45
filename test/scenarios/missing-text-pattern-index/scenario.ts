import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Names are searched by how they begin, and the index is sorted by a language's rules",
  alert: { metric: "cpu_percent", value: 91 },
  expected: {
    verdict: "cause",
    cause: "missing_text_pattern_index",
    kind: "create_index",
    parameters: {
      table: "people",
      method: "btree",
      keys: [{ column: "name", direction: "asc", operatorClass: "text_pattern_ops" }],
    },
  },
  mustNot: { causes: ["missing_trigram_index", "missing_index"] },
  database: "template template0 locale_provider icu icu_locale 'en-US'",
  workload: [
    {
      connections: 3,
      paceMs: 30,
      steps: { text: "select id from people where name like 'name 7712%'" },
    },
  ],
};
