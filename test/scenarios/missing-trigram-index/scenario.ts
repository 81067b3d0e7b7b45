import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A search box looks for words inside of titles, which only trigrams can find",
  alert: { metric: "cpu_percent", value: 97 },
  expected: {
    verdict: "cause",
    cause: "missing_trigram_index",
    kind: "create_index",
    parameters: {
      table: "articles",
      method: "gin",
      keys: [{ column: "title", direction: "asc", operatorClass: "gin_trgm_ops", operatorClassSchema: "public" }],
    },
  },
  mustNot: { statement: /btree|text_pattern_ops/ },
  workload: [
    {
      connections: 2,
      paceMs: 60,
      steps: { text: "select id, title from articles where title like '%quantum7%' limit 50" },
    },
  ],
};
