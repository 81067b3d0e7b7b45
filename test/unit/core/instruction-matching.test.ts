import fc from "fast-check";
import { expect, test } from "vitest";
import type { InstructionUses } from "../../../shared/contracts/instruction.ts";
import { isWithin, matchInstruction, takeUse } from "../../../shared/core/instruction-matching.ts";
import { DAY_MS, HOUR_MS, later } from "../../../shared/core/time.ts";
import { ANN, anInstruction, aProposal, NOW } from "../../support/incidents.ts";

const occasion = { serverId: "shop", database: "shop", proposal: aProposal(), doneToday: 0 };
const friday = { days: ["fri" as const], from: "09:00", to: "11:00" };

test("an instruction covers an action within all of its limits", () => {
  expect(matchInstruction(anInstruction(), occasion, NOW)).toEqual({ matches: true });
});

test.each([
  ["revoked", { revoked: { at: NOW.toISOString(), by: ANN } }],
  ["expired", { expiresAt: NOW.toISOString() }],
  ["for another kind", { kind: "drop_index" as const }],
  ["for another server", { scope: { serverId: "other", database: null, schema: null, table: null } }],
  ["for another database", { scope: { serverId: "*" as const, database: "other", schema: null, table: null } }],
  ["for another schema", { scope: { serverId: "*" as const, database: null, schema: "other", table: null } }],
  ["for another table", { scope: { serverId: "*" as const, database: null, schema: null, table: "customers" } }],
  ["for smaller tables", { maxTableBytes: 2 ** 20 }],
  ["for another day", { window: { ...friday, days: ["sat" as const] } }],
  ["for another hour", { window: { ...friday, from: "10:01", to: "11:00" } }],
])("an instruction that is %s does not cover it", (_name, change) => {
  expect(matchInstruction(anInstruction(change), occasion, NOW).matches).toBe(false);
});

test("a used-up quota ends an instruction for the day", () => {
  expect(matchInstruction(anInstruction(), { ...occasion, doneToday: 3 }, NOW).matches).toBe(false);
});

test("however often runs ask, an instruction counts no more in any 24 hours than its quota, and allows only what it counted", () => {
  const instruction = anInstruction({ maxPerDay: 2 });
  const asks = fc.array(
    fc.record({ runId: fc.constantFrom("a", "b", "c", "d"), hours: fc.integer({ min: 0, max: 13 }) }),
  );
  fc.assert(
    fc.property(asks, (all) => {
      const counted: { runId: string; at: string }[] = [];
      let known: InstructionUses = { uses: [] };
      let moment = NOW;
      for (const { runId, hours } of all) {
        moment = later(moment, hours * HOUR_MS);
        const { next, answer } = takeUse(instruction, known, { ...occasion, runId }, moment);
        known = next ?? known;
        if (next !== null) counted.push({ runId, at: moment.toISOString() });
        const since = moment.getTime() - DAY_MS;
        const lately = new Set(counted.filter(({ at }) => Date.parse(at) > since).map((use) => use.runId));
        expect(lately.size).toBeLessThanOrEqual(instruction.maxPerDay);
        if (answer.matches) expect(lately).toContain(runId);
      }
    }),
  );
});

test("however long runs wait between decision and action, no more act in any 24 hours than an instruction's quota", () => {
  const instruction = anInstruction({ maxPerDay: 2 });
  const run = fc.record({ decided: fc.integer({ min: 0, max: 96 }), waits: fc.integer({ min: 0, max: 48 }) });
  fc.assert(
    fc.property(fc.array(run, { minLength: 3, maxLength: 12 }), (runs) => {
      const asks = runs.flatMap(({ decided, waits }, place) => [
        { runId: `run-${place}`, hour: decided, acts: false },
        { runId: `run-${place}`, hour: decided + waits, acts: true },
      ]);
      const allowed = new Set<string>();
      const acted: number[] = [];
      let known: InstructionUses = { uses: [] };
      for (const { runId, hour, acts } of asks.toSorted((a, b) => a.hour - b.hour)) {
        if (acts && !allowed.has(runId)) continue;
        const { next, answer } = takeUse(instruction, known, { ...occasion, runId }, later(NOW, hour * HOUR_MS));
        known = next ?? known;
        if (answer.matches) allowed.add(runId);
        if (answer.matches && acts) acted.push(hour);
        expect(acted.filter((at) => at > hour - 24).length).toBeLessThanOrEqual(instruction.maxPerDay);
      }
      expect(new Set(known.uses.map((use) => use.runId)).size, "one use a run").toBe(known.uses.length);
    }),
    { numRuns: 500 },
  );
});

test("what an instruction allowed is counted from the moment at which the run acted", () => {
  const instruction = anInstruction({ maxPerDay: 1 });
  const ask = (uses: InstructionUses, runId: string, hours: number) =>
    takeUse(instruction, uses, { ...occasion, runId }, later(NOW, hours * HOUR_MS));
  const decided = ask({ uses: [] }, "a", 0).next ?? { uses: [] };
  const acted = ask(decided, "a", 23).next ?? decided;
  expect(acted.uses).toEqual([{ runId: "a", at: later(NOW, 23 * HOUR_MS).toISOString() }]);
  expect(ask(acted, "b", 25).answer.matches).toBe(false);
});

test.each(["R3", "R4"] as const)("no instruction ever covers %s", (riskClass) => {
  expect(matchInstruction(anInstruction(), { ...occasion, proposal: aProposal({ riskClass }) }, NOW).matches).toBe(
    false,
  );
});

test("a window over midnight belongs to the day on which it opens", () => {
  const nights = { days: ["fri" as const], from: "22:00", to: "06:00" };
  expect(isWithin(nights, new Date("2026-11-20T23:00:00Z"))).toBe(true);
  expect(isWithin(nights, new Date("2026-11-21T05:59:00Z"))).toBe(true);
  expect(isWithin(nights, new Date("2026-11-20T05:59:00Z"))).toBe(false);
  expect(isWithin(nights, new Date("2026-11-21T06:00:00Z"))).toBe(false);
});

test("whatever the window, it is open for as many minutes a day as it says", () => {
  const time = fc.integer({ min: 0, max: 1_439 });
  const text = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  fc.assert(
    fc.property(time, time, (from, to) => {
      const window = {
        days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const,
        from: text(from),
        to: text(to),
      };
      let open = 0;
      for (let minute = 0; minute < 1_440; minute += 1) {
        if (isWithin({ ...window, days: [...window.days] }, new Date(NOW.getTime() + minute * 60_000))) open += 1;
      }
      expect(open).toBe(from === to ? 1_440 : (to - from + 1_440) % 1_440);
    }),
    { numRuns: 50 },
  );
});
