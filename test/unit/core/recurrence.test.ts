import fc from "fast-check";
import { expect, test } from "vitest";
import type { Memory } from "../../../shared/contracts/memory.ts";
import { fingerprintOf } from "../../../shared/core/memory.ts";
import { matches, type Present } from "../../../shared/core/recall.ts";
import { remarksOn } from "../../../shared/core/recurrence.ts";
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

const remarks = (
  memories: readonly Memory[],
  present: Present = aPresent(),
  indexes: readonly string[] | null = null,
) => remarksOn(matches(memories, present, NOW), present, indexes && new Set(indexes), NOW);
const takenBack = { effect: anEffect("no_effect"), wasTakenBack: true, path: "rolledBack" } as const;

test("what was mended and has come again is said, with when and what was done", () => {
  expect(remarks([aMemory()]).against).toEqual([
    "The same cause in the same place was mended on 2026-11-10 by create index on public.orders(customer_id), which helped (206 ms → 0.12 ms) and which PgMedic did not take back; yet it has come again.",
  ]);
  expect(remarks([aMemory()], aPresent(), ["public.orders_pkey"]).against[0]).toContain("is not there any more");
  expect(remarks([aMemory()], aPresent(), ["public.idx_orders_customer_id"]).against[0]).toContain("is still there");
});

test("what was taken back since, leaves nothing behind, or was another column is no such return", () => {
  const later = aMemory({ ...takenBack, incidentId: "inc-later", endedAt: daysAgo(1) });
  expect(remarks([aMemory(), later]).against).toEqual([]);
  const vacuum = { kind: "vacuum_table", target: "public.orders" } as const;
  expect(remarks([aMemory({ action: { ...vacuum, object: null } })], aPresent({ action: vacuum })).against).toEqual([]);
  expect(remarks([aMemory()], onAnotherColumn()).against).toEqual([]);
});

test("that the like was taken back on another target is said, and on the very same it is the guardrails' business", () => {
  expect(remarks([aMemory(takenBack)], onAnotherColumn()).against).toEqual([
    "For the same cause, on 2026-11-10, create index on public.orders(customer_id) did not help and was taken back, 206 ms → 206 ms.",
  ]);
  expect(remarks([aMemory(takenBack)]).against).toEqual([]);
});

const blocked = (incidentId: string, days: number): Memory =>
  aMemory({
    incidentId,
    cause: "idle_in_transaction",
    table: null,
    fingerprint: fingerprintOf({
      serverId: "shop",
      cause: "idle_in_transaction",
      subject: "session 17",
      playbook: "investigateLongTransactions",
    }),
    action: { kind: "terminate_backend", target: "a session", object: null },
    endedAt: daysAgo(days),
  });
const BLOCKED_NOW = aPresent({
  fingerprint: blocked("inc-1", 1).fingerprint,
  cause: "idle_in_transaction",
  table: null,
  action: { kind: "terminate_backend", target: "a session" },
});

test("what came three times in a week gets its lasting remedy; twice, or over two weeks, it does not", () => {
  const three = [blocked("inc-1", 1), blocked("inc-2", 3), blocked("inc-3", 6)];
  expect(remarks(three, BLOCKED_NOW).lasting).toMatch(
    /^This came 3 times in the last 7 days, and nothing that was done lasted\. Set idle_in_transaction_session_timeout/,
  );
  expect(remarks(three.slice(1), BLOCKED_NOW).lasting).toBeNull();
  expect(remarks([...three.slice(1), blocked("inc-4", 8)], BLOCKED_NOW).lasting).toBeNull();
});

test("an index that was made and is gone again belongs into the migrations; where no lasting remedy is known it says only how often", () => {
  const thrice = (wish: Partial<Memory>) =>
    [1, 2, 3].map((days) => aMemory({ ...wish, incidentId: `inc-${days}`, endedAt: daysAgo(days) }));
  expect(remarks(thrice({})).lasting).toContain("migrations");
  expect(remarks(thrice({ wasCarriedOut: false, effect: null, path: "skipped" })).lasting).toBe(
    "This came 3 times in the last 7 days, and nothing that was done lasted.",
  );
});

test("whatever is remembered, there are at most two remarks, and none where no cause is known", () => {
  fc.assert(
    fc.property(fc.array(anyMemory, { maxLength: 10 }), anyPresent, (memories, present) => {
      const { against, lasting } = remarks(memories, present, []);
      expect(against.length).toBeLessThanOrEqual(2);
      for (const text of against) expect(text).toMatch(/^[A-Z].*\.$/);
      if (present.cause === null) expect([against.length > 1, lasting]).toEqual([false, null]);
    }),
  );
});
