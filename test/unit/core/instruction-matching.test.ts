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
        const lately = counted.filter(({ at }) => Date.parse(at) > since);
        expect(lately.length).toBeLessThanOrEqual(instruction.maxPerDay);
        if (answer.matches) expect(lately.map((use) => use.runId)).toContain(runId);
      }
    }),
  );
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
