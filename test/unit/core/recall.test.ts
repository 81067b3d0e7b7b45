import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Memory } from "../../../shared/contracts/memory.ts";
import { ActionKind } from "../../../shared/contracts/taxonomy.ts";
import { confidenceOf } from "../../../shared/core/confidence.ts";
import {
  type Match,
  matches,
  type Present,
  recall,
  recencyOf,
  retrievalOf,
  similarityOf,
} from "../../../shared/core/recall.ts";
import { later } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";
import {
  aMemory,
  anEffect,
  anyMemory,
  anyPresent,
  aPresent,
  daysAgo,
  onAnotherColumn,
} from "../../support/memories.ts";

const found = (memories: readonly Memory[], present: Present = aPresent()): Match[] => matches(memories, present, NOW);
const recalled = (memories: readonly Memory[], present?: Present) => recall(found(memories, present));
const takenBack = { effect: anEffect("no_effect"), wasTakenBack: true, path: "rolledBack" } as const;

test("the same cause on the same table is recalled with what came of it", () => {
  expect(recalled([aMemory()], onAnotherColumn())).toEqual([
    {
      incidentId: "inc-past",
      at: daysAgo(10),
      outcome: "helped",
      similarity: 0.484,
      because:
        "The same cause on the same table on 2026-11-10: create index on public.orders(customer_id) helped, 206 ms → 0.12 ms.",
    },
  ]);
});

test("the same thing comes before the same table, that before the same server, then the action, then the alert", () => {
  const other = { fingerprint: null, subject: null };
  const apart = { ...other, table: "public.items" };
  const foreign = { ...apart, cause: "table_bloat" } as const;
  const memories = [
    aMemory({ ...foreign, action: null, incidentId: "inc-alert" }),
    aMemory({ ...foreign, incidentId: "inc-action" }),
    aMemory({ ...apart, incidentId: "inc-server" }),
    aMemory({ ...other, incidentId: "inc-table" }),
    aMemory({ incidentId: "inc-same" }),
  ];
  const order = recalled(memories).map(({ incidentId, because }) => [incidentId, because.split(" on 2026")[0]]);
  expect(order).toEqual([
    ["inc-same", "The same cause in the same place"],
    ["inc-table", "The same cause on the same table"],
    ["inc-server", "The same cause on this server"],
    ["inc-action", "The same kind of action"],
    ["inc-alert", "The same alert"],
  ]);
});

test("of two alike the younger comes first, and one that was judged before one that was not", () => {
  const unproven = aMemory({ incidentId: "inc-unproven", effect: anEffect("inconclusive") });
  const old = aMemory({ incidentId: "inc-old", endedAt: daysAgo(60) });
  expect(recalled([unproven, old, aMemory()]).map(({ incidentId }) => incidentId)).toEqual([
    "inc-past",
    "inc-old",
    "inc-unproven",
  ]);
});

test("nothing in common recalls nothing, and a run does not recall itself", () => {
  const nothing = { fingerprint: null, cause: null, action: null, alert: { metric: null, rule: null } };
  expect(recalled([aMemory(nothing)])).toEqual([]);
  expect(recalled([aMemory({ incidentId: "inc-now" })])).toEqual([]);
});

describe("whatever is remembered", () => {
  const many = fc.uniqueArray(anyMemory, { selector: ({ runId }) => runId, maxLength: 12 });

  test("the order in which it is given does not matter, and the same question gets the same answer", () => {
    fc.assert(
      fc.property(many, anyPresent, fc.func(fc.integer()), (memories, present, mixed) => {
        const shuffled = memories.toSorted((a, b) => mixed(a.runId) - mixed(b.runId));
        expect(recalled(shuffled, present)).toEqual(recalled(memories, present));
        expect(retrievalOf(found(shuffled, present), present, 0.8)).toEqual(
          retrievalOf(found(memories, present), present, 0.8),
        );
      }),
    );
  });

  test("at most five are recalled, none of this run, each with a similarity above 0 and at most 1", () => {
    fc.assert(
      fc.property(many, anyPresent, (memories, present) => {
        const few = recalled(memories, present);
        expect(few.length).toBeLessThanOrEqual(5);
        for (const { incidentId, similarity, because } of few) {
          expect(incidentId).not.toBe(present.incidentId);
          expect(similarity).toBeGreaterThan(0);
          expect(similarity).toBeLessThanOrEqual(1);
          expect(because).toMatch(/^The same .* on \d{4}-\d\d-\d\d: .*\.$/);
        }
      }),
    );
  });

  test("one more thing in common never makes a memory less similar", () => {
    fc.assert(
      fc.property(anyMemory, anyPresent, (memory, present) => {
        const { fingerprint, cause, table, action, metric } = present;
        // What the present does not know cannot be in common.
        fc.pre(fingerprint !== null && cause !== null && table !== null && action !== null && metric !== null);
        const alike: Memory[] = [
          { ...memory, cause },
          { ...memory, cause, table },
          { ...memory, cause, table, fingerprint },
          { ...memory, action: { kind: ActionKind.parse(action?.kind), target: "a", object: null } },
          { ...memory, alert: { ...memory.alert, metric } },
        ];
        const before = similarityOf(memory, present);
        for (const one of alike) expect(similarityOf(one, present)).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  test("a memory counts the less the older it is, half after 90 days, and never more than whole", () => {
    expect(recencyOf({ endedAt: daysAgo(90) }, NOW)).toBeCloseTo(0.5, 10);
    fc.assert(
      fc.property(anyMemory, fc.integer({ min: 1, max: 10 ** 10 }), (memory, ms) => {
        const before = recencyOf(memory, NOW);
        const after = recencyOf(memory, later(NOW, ms));
        expect(after).toBeLessThanOrEqual(before);
        expect(before).toBeLessThanOrEqual(1);
        expect(after).toBeGreaterThan(0);
      }),
    );
  });
});

describe("what comparable outcomes say of this cause's action", () => {
  const retrieval = (memories: readonly Memory[], present = onAnotherColumn(), prior = 0.9) =>
    retrievalOf(found(memories, present), present, prior);

  test("is not known where nothing comparable was judged", () => {
    expect(retrieval([])).toBeNull();
    expect(retrieval([aMemory({ effect: anEffect("inconclusive") })])).toBeNull();
    expect(retrieval([aMemory({ wasCarriedOut: false, effect: null })])).toBeNull();
    expect(retrieval([aMemory({ cause: "table_bloat" })])).toBeNull();
    expect(retrieval([aMemory()], aPresent({ action: null }))).toBeNull();
  });

  test("rises a little with a success, falls with what was taken back, and more with each", () => {
    const success = retrieval([aMemory()]) ?? 0;
    const failure = retrieval([aMemory(takenBack)]) ?? 1;
    const two = retrieval([aMemory(takenBack), aMemory({ ...takenBack, incidentId: "inc-2" })]) ?? 1;
    expect([success > 0.9, failure < 0.9, two < failure]).toEqual([true, true, true]);
  });

  test("a success never lowers the confidence, a failure never raises it, and it stays a share", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(anyMemory, { maxLength: 8 }),
        anyPresent,
        share,
        share,
        (memories, present, self, evidence) => {
          const alone = confidenceOf({ self, validator: null, retrieval: null, evidence });
          const known = retrievalOf(found(memories, present), present, alone.composite);
          const { composite } = confidenceOf({ self, validator: null, retrieval: known, evidence });
          const outcomes = new Set(
            found(memories, present)
              .filter(({ memory }) => memory.cause === present.cause && memory.action?.kind === present.action?.kind)
              .map(({ outcome }) => outcome),
          );
          // Shares are rounded to thousandths on their way.
          if (!outcomes.has("failed") && !outcomes.has("takenBack"))
            expect(composite).toBeGreaterThanOrEqual(alone.composite - 0.0011);
          if (!outcomes.has("helped")) expect(composite).toBeLessThanOrEqual(alone.composite + 0.0011);
          expect(composite).toBeGreaterThanOrEqual(0);
          expect(composite).toBeLessThanOrEqual(1);
          if (known === null) expect(composite).toBe(alone.composite);
        },
      ),
    );
  });
});
