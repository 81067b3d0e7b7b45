import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "A search for two letters inside of a text: a trigram index would not find them",
  alert: { metric: "cpu_percent", value: 92 },
  expected: { verdict: ["healthy", "unexplained", "expected"] },
  mustNot: {
    kinds: ["create_index"],
    causes: ["missing_trigram_index", "missing_index", "missing_text_pattern_index"],
  },
  decoyOf: "missing_trigram_index",
  workload: [{ connections: 2, paceMs: 50, steps: { text: "select count(*) from articles where title like '%q7%'" } }],
};
