import type { Scenario } from "../support/scenario.ts";

export const scenario: Scenario = {
  title: "Nothing runs at all: the alert was a short peak that is over",
  alert: { metric: "cpu_percent", value: 90 },
  expected: { verdict: ["healthy"] },
  mustNot: { kinds: "any" },
  decoyOf: "undersized",
  isControl: true,
};
