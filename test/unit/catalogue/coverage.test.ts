import { expect, test } from "vitest";
import { playbooksOf } from "../../../shared/adapters/playbooks.ts";
import { Cause } from "../../../shared/contracts/taxonomy.ts";
import { CAUSES } from "../../../shared/investigation/causes/index.ts";
import { collect } from "../../scenarios/support/collection.ts";

/** Causes that one PostgreSQL cannot show, and why. */
const NOT_SHOWN: Partial<Record<Cause, string>> = {
  replica_lag: "needs a second server that follows the first one",
};
const LEAST_SCENARIOS = 60;
const LEAST_CONTROLS = 10;

const scenarios = await collect();
const shown = new Set(
  scenarios.flatMap(({ scenario: { expected } }) => {
    if (!("cause" in expected)) return expected.verdict.includes("expected") ? ["expected_load"] : [];
    return [expected.cause, ...(expected.also ?? [])];
  }),
);

test.each(Cause.options)("%s has rules exactly once", (cause) => {
  expect(CAUSES.filter((rules) => rules.cause === cause)).toHaveLength(1);
});

test.each(Cause.options)("%s may be concluded by a playbook besides the general ones", (cause) => {
  const naming = [...playbooksOf(undefined).values()].filter(({ causes }) => causes.includes(cause));
  expect(naming.length).toBeGreaterThan(1);
});

test.each(Cause.options)("%s has a scenario, or a reason why one server cannot show it", (cause) => {
  expect(shown.has(cause)).toBe(NOT_SHOWN[cause] === undefined);
});

test.each(Cause.options.filter((cause) => NOT_SHOWN[cause] === undefined && cause !== "expected_load"))(
  "%s has a look-alike that must not be taken for it",
  (cause) => {
    expect(scenarios.some(({ scenario }) => scenario.mustNot.causes?.includes(cause))).toBe(true);
  },
);

test("there are scenarios enough, and enough of them in which nothing is wrong", () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(LEAST_SCENARIOS);
  expect(scenarios.filter(({ scenario }) => scenario.isControl).length).toBeGreaterThanOrEqual(LEAST_CONTROLS);
});

test.each(scenarios.map(({ name, scenario }) => [name, scenario] as const))(
  "%s says what must not happen, and never forbids what it expects",
  (_name, { expected, mustNot }) => {
    expect(Object.keys(mustNot).length).toBeGreaterThan(0);
    if ("cause" in expected) expect(mustNot.causes ?? []).not.toContain(expected.cause);
    if ("kind" in expected) {
      expect(mustNot.kinds).not.toBe("any");
      expect(mustNot.kinds ?? []).not.toContain(expected.kind);
    }
  },
);
