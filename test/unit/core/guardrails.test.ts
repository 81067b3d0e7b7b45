import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type GuardrailFacts, LIMITS, mayExecute, mayPropose } from "../../../shared/core/guardrails.ts";
import { HOUR_MS, later } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";

const calm: GuardrailFacts = {
  killSwitch: "off",
  serverEnabled: true,
  phase: "assist",
  consent: "person",
  isAhead: false,
  isDisputed: false,
  level: 3,
  area: "indexes",
  severity: "Sev3",
  riskClass: "R2",
  kind: "create_index",
  target: "public.orders(customer_id asc)",
  addsLoad: true,
  waitsForTransactions: true,
  load: "busy",
  pastActions: [],
  unreadablePast: 0,
  indexesOnTable: 1,
  estimatedBytes: 15_000_000,
  tableBytes: 160_000_000,
  diskFreeBytes: 10 ** 12,
  oldestTransactionSeconds: 1,
  unmetPreconditions: [],
  lockHeld: true,
};
const past = (wish: Partial<GuardrailFacts["pastActions"][number]>) => ({
  kind: calm.kind,
  target: calm.target,
  at: later(NOW, -HOUR_MS).toISOString(),
  undone: false,
  ...wish,
});

const anyFacts: fc.Arbitrary<GuardrailFacts> = fc.record({
  killSwitch: fc.constantFrom("on", "off", "unreadable"),
  serverEnabled: fc.boolean(),
  phase: fc.constantFrom("shadow", "assist", "autonomous", "predictive"),
  consent: fc.constantFrom("none", "person", "instruction", "autonomy"),
  isAhead: fc.boolean(),
  isDisputed: fc.boolean(),
  level: fc.constantFrom(0, 1, 2, 3, 4, 5),
  area: fc.constant("indexes"),
  severity: fc.constantFrom("Sev0", "Sev1", "Sev2", "Sev3", "Sev4"),
  riskClass: fc.constantFrom("R0", "R1", "R2", "R3", "R4"),
  kind: fc.constantFrom("create_index", "drop_index"),
  target: fc.constantFrom(calm.target, "public.other(id asc)"),
  addsLoad: fc.boolean(),
  waitsForTransactions: fc.boolean(),
  load: fc.constantFrom("clear", "busy", "saturated"),
  pastActions: fc.array(
    fc.record({
      kind: fc.constantFrom("create_index", "drop_index"),
      target: fc.constantFrom(calm.target, "public.other(id asc)"),
      at: fc.integer({ min: 0, max: 30 * 24 }).map((hours) => later(NOW, -hours * HOUR_MS).toISOString()),
      undone: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  unreadablePast: fc.integer({ min: 0, max: 1 }),
  indexesOnTable: fc.integer({ min: 0, max: 20 }),
  estimatedBytes: fc.integer({ min: 1, max: 10 ** 9 }),
  tableBytes: fc.option(fc.integer({ min: 0, max: 2 * LIMITS.autonomousTableBytes })),
  diskFreeBytes: fc.option(fc.integer({ min: 0, max: 10 ** 10 })),
  oldestTransactionSeconds: fc.integer({ min: 0, max: 5_000 }),
  unmetPreconditions: fc.array(fc.constant("a condition"), { maxLength: 1 }),
  lockHeld: fc.boolean(),
});

describe("whatever the facts", () => {
  const always = (holds: (facts: GuardrailFacts) => boolean) =>
    fc.assert(
      fc.property(anyFacts, (facts) => !mayExecute(facts, NOW).allowed || holds(facts)),
      { numRuns: 5_000 },
    );

  test("nothing runs while the kill switch is on or cannot be read", () =>
    always(({ killSwitch }) => killSwitch === "off"));
  test("nothing runs on a server that is disabled", () => always(({ serverEnabled }) => serverEnabled));
  test("nothing runs without consent", () => always(({ consent }) => consent !== "none"));
  test("nothing runs in the Shadow phase", () => always(({ phase }) => phase !== "shadow"));
  test("nothing runs where PgMedic only watches or advises", () => always(({ level }) => level >= 2));
  test("nothing runs by an instruction where a person approves each action", () =>
    always(({ level, consent }) => consent !== "instruction" || level >= 3));
  test("nothing runs without a person where a second opinion differs", () =>
    always(({ consent, isDisputed }) => consent === "person" || !isDisputed));
  test("nothing runs by itself unless it was earned and is allowed", () =>
    always(({ consent, phase, level }) => consent !== "autonomy" || (phase !== "assist" && level >= 4)));
  test("nothing runs by itself ahead of alerts unless that was earned and is allowed", () =>
    always(
      ({ consent, isAhead, phase, level }) =>
        consent !== "autonomy" || !isAhead || (phase === "predictive" && level === 5),
    ));
  test("what runs by itself is reversible, of little severity, and on no huge table", () =>
    always(
      ({ consent, riskClass, severity, tableBytes }) =>
        consent !== "autonomy" ||
        (["R1", "R2"].includes(riskClass) &&
          ["Sev3", "Sev4"].includes(severity) &&
          (tableBytes ?? 0) <= LIMITS.autonomousTableBytes),
    ));
  test("nothing runs without the server lock", () => always(({ lockHeld }) => lockHeld));
  test("no instruction runs what needs a person", () =>
    always((facts) => facts.riskClass !== "R3" || facts.consent === "person"));
  test("advice never runs", () => always(({ riskClass }) => riskClass !== "R4"));
  test("nothing that adds load runs on a saturated server", () =>
    always(({ load, addsLoad }) => load !== "saturated" || !addsLoad));
  test("nothing runs with an unmet precondition", () => always((facts) => facts.unmetPreconditions.length === 0));
  test("an index is never built into a disk that could fill up", () =>
    always((facts) => facts.diskFreeBytes === null || facts.diskFreeBytes >= 2 * facts.estimatedBytes));
  test("what was undone is never done again on the same target", () =>
    always(
      (facts) => !facts.pastActions.some((one) => one.undone && one.kind === facts.kind && one.target === facts.target),
    ));
  test("nothing runs while something that was done before cannot be read", () =>
    always(({ unreadablePast }) => unreadablePast === 0));
  test("what may run may also be proposed", () => always((facts) => mayPropose(facts, NOW).allowed));
});

test("what the Predictive phase has earned runs ahead of alerts where level 5 allows it", () => {
  const ahead = { ...calm, isAhead: true, consent: "autonomy", phase: "predictive", level: 5 } as const;
  expect(mayExecute(ahead, NOW).allowed).toBe(true);
  expect(mayExecute({ ...ahead, level: 4 }, NOW).reason).toMatch(
    /level 4 for indexes a person decides ahead of alerts/,
  );
  expect(mayExecute({ ...ahead, phase: "autonomous" }, NOW).reason).toMatch(/the Predictive phase is not earned/);
});

test("a calm server with a person's consent is allowed", () => {
  expect(mayExecute(calm, NOW)).toMatchObject({ allowed: true });
});

test.each([
  ["the kill switch", { killSwitch: "on" }, /kill switch/],
  ["a disabled server", { serverEnabled: false }, /disabled/],
  ["cooldown", { pastActions: [past({})] }, /cooldown/],
  ["oscillation", { pastActions: [past({ undone: true })] }, /oscillate/],
  ["a record that cannot be read", { unreadablePast: 1 }, /cannot be read/],
  ["too many indexes", { indexesOnTable: LIMITS.indexesPerTable }, /already has/],
  ["a long transaction", { oldestTransactionSeconds: 2_000 }, /transaction is open/],
  ["a small disk", { diskFreeBytes: 20_000_000 }, /disk/],
] as const)("%s is named as the reason", (_name, change, reason) => {
  const ruling = mayExecute({ ...calm, ...change }, NOW);
  expect(ruling.allowed).toBe(false);
  expect(ruling.reason).toMatch(reason);
});

test("another target on the same server minutes later is free", () => {
  expect(mayExecute({ ...calm, pastActions: [past({ target: "public.orders(product_id asc)" })] }, NOW).allowed).toBe(
    true,
  );
});
