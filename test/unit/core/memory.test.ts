import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IndexShape } from "../../../shared/contracts/index-shape.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { Memory } from "../../../shared/contracts/memory.ts";
import { lastingTargetOf, withoutConstants } from "../../../shared/core/action-target.ts";
import { fingerprintOf, lastingSubject, memoryOf, outcomeOf } from "../../../shared/core/memory.ts";
import { inWords } from "../../../shared/core/memory-words.ts";
import { aProposal, aResolvedIncident } from "../../support/dashboard/data.ts";
import { aMemory, anEffect } from "../../support/memories.ts";

const resolved = (wish: Partial<Incident> = {}): Incident => ({
  ...aResolvedIncident(),
  memoryDue: true,
  outbox: [],
  ...wish,
});
const memory = (wish: Partial<Incident> = {}): Memory => {
  const made = memoryOf(resolved(wish));
  if (made === null) throw new Error("there is nothing to remember");
  return Memory.parse(made);
};

test("a run that was resolved is remembered by its cause, its action, its figures and how long it took", () => {
  expect(memory()).toMatchObject({
    incidentId: "inc-1",
    cause: "missing_index",
    table: "public.orders",
    playbook: "investigateHighCPU",
    alert: { metric: "cpu_percent", rule: "cpu-over-80-percent" },
    action: { kind: "create_index", target: "public.orders(customer_id)", object: "public.idx_orders_customer_id" },
    decidedBy: { kind: "person" },
    effect: { verdict: "improved", meanMs: { before: 93.7, after: 0.38 } },
    path: "humanApproved",
    wasTakenBack: false,
    confidence: 0.736,
  });
  expect(memory().endedAfterMs).toBeGreaterThan(0);
  expect(inWords(memory())).toBe("create index on public.orders(customer_id) helped, 94 ms → 0.38 ms");
});

test("nothing is remembered of a run that is not over, or that ended before it knew anything", () => {
  expect(memoryOf(resolved({ resolution: null }))).toBeNull();
  expect(memoryOf(resolved({ diagnosis: null }))).toBeNull();
});

test("what a person wrote into a look by hand is not remembered as a rule", () => {
  const [alert] = resolved().alerts;
  if (alert === undefined) throw new Error("it has no alert");
  const byHand = { ...alert, alertId: "by-hand/1", metric: null, rule: "customer 4711 complains" };
  expect(JSON.stringify(memory({ alerts: [byHand] }))).not.toContain("4711");
});

test("the constants of a partial index and of an expression stay out of it", () => {
  const shape: IndexShape = {
    method: "btree",
    keys: [
      {
        expression: {
          kind: "call",
          function: "left",
          arguments: [
            { kind: "column", column: "code" },
            { kind: "constant", value: "pass'word" },
          ],
        },
        direction: "asc",
      },
    ],
    where: [
      { column: "status", operator: "=", value: "O'Hara secret" },
      { column: "amount", operator: ">", value: -12.5 },
    ],
    include: [],
  };
  const parameters = { schema: "public", table: "orders", name: "i", ...shape };
  const action = { kind: "create_index", parameters } as const;
  expect(lastingTargetOf(action)).toBe("public.orders(left(code, ?)) where status = ? and amount > ?");
  const kept = JSON.stringify(memory({ proposal: aProposal({ action }) }));
  for (const constant of ["secret", "Hara", "pass", "word", "-12.5"]) expect(kept).not.toContain(constant);
});

test("no string constant survives, whatever stands in it and in the names beside it", () => {
  const quoted = (text: string, mark: string): string => `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, value) => {
      const text = `index ${quoted(name, '"')}(x) where ${quoted(name, '"')} = ${quoted(value, "'")} and b > 5`;
      expect(withoutConstants(text)).toBe(`index ${quoted(name, '"')}(x) where ${quoted(name, '"')} = ? and b > ?`);
    }),
  );
});

describe("the fingerprint", () => {
  const of = (subject: string, wish: object = {}) =>
    fingerprintOf({ serverId: "shop", cause: "lock_blocking", subject, playbook: "investigateBlocking", ...wish });

  test("is the same for another session, and another for another thing, server, cause or playbook", () => {
    expect(of("session 4711")).toBe(of("session 12"));
    expect(of("prepared transaction order-4711")).toBe(of("prepared transaction order-12"));
    const others = [
      of("session 1"),
      of("role app"),
      of("public.orders"),
      of("public.orders2"),
      of("statement 4711"),
      of("statement 12"),
      of("role app", { serverId: "ledger" }),
      of("role app", { cause: "missing_index" }),
      of("role app", { playbook: "investigateHighCPU" }),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  test("keeps names that have digits in them", () => {
    expect(lastingSubject("index public.orders_2026(customer_id2)")).toBe("index public.orders_2026(customer_id2)");
    expect(lastingSubject("statement -812")).toBe("statement -812");
  });
});

test.each([
  ["helped", {}],
  ["failed", { effect: anEffect("no_effect") }],
  ["failed", { effect: anEffect("regressed"), path: "handedOff" }],
  ["takenBack", { effect: anEffect("no_effect"), wasTakenBack: true, path: "rolledBack" }],
  ["unproven", { effect: anEffect("inconclusive") }],
  ["unproven", { effect: null, path: "failed" }],
  ["notDone", { wasCarriedOut: false, effect: null, path: "skipped" }],
  ["notNeeded", { verdict: "healthy", wasCarriedOut: false, effect: null, action: null, path: "noAction" }],
] as const)("a run is remembered as %s", (outcome, wish) => {
  const one = aMemory(wish);
  expect(outcomeOf(one)).toBe(outcome);
  expect(inWords(one)).toMatch(/^[a-z].*[a-z)\d]$/);
});
