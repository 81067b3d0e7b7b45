import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Cadence, type Schedule, ScheduleRequest } from "../../../shared/contracts/schedule.ts";
import {
  afterRun,
  alertOf,
  cadenceProblem,
  dueSlot,
  firstInterval,
  nextAfter,
  nextInterval,
} from "../../../shared/core/schedules.ts";
import { incidentIdOf } from "../../../shared/core/alert-reading.ts";
import { DAY_MS, HOUR_MS, later, MINUTE_MS } from "../../../shared/core/time.ts";
import { ANN, NOW } from "../../support/incidents.ts";

const cron = (expression: string): Cadence => ({ kind: "cron", expression });
const ADAPTIVE: Cadence = { kind: "adaptive", shortestMinutes: 60, longestMinutes: 1440 };
const aSchedule = (wish: Partial<Schedule> = {}): Schedule => ({
  scheduleId: "daily",
  serverId: "shop",
  playbook: "dailySummary",
  cadence: cron("0 6 * * *"),
  enabled: true,
  setBy: ANN,
  setAt: NOW.toISOString(),
  nextAt: NOW.toISOString(),
  intervalMinutes: 15,
  runs: [],
  ...wish,
});

describe("a cadence", () => {
  test.each(["0 6 * * *", "*/15 * * * *", "0 6 * * 1", "30 4 1 * *", "0 0 29 2 *", "0 6 * MAR THU"])(
    "of %s is one",
    (expression) => {
      expect(cadenceProblem(cron(expression))).toBeNull();
    },
  );

  test.each([
    ["* * * * *", "more often than every 15 minutes"],
    ["0,5 6 * * *", "more often than every 15 minutes"],
    ["H * * * *", "leaves its time to chance"],
    ["H/20 * * * *", "leaves its time to chance"],
    ["0 H(0-5) * * *", "leaves its time to chance"],
    ["0 6 * *", "must have five fields"],
    ["0 0 6 * * *", "must have five fields"],
    ["0 25 * * *", "is no schedule"],
    ["0 0 31 2 *", "is no schedule"],
    ["every day at six o'clock", "is no schedule"],
  ])("of %s: %s", (expression, said) => {
    expect(cadenceProblem(cron(expression))).toContain(said);
  });

  test("by the clock comes at its next time in UTC", () => {
    expect(nextAfter(cron("0 6 * * *"), 15, NOW).toISOString()).toBe("2026-11-21T06:00:00.000Z");
    expect(nextAfter(cron("0 10 * * *"), 15, NOW).toISOString(), "not at the very moment").toBe(
      "2026-11-21T10:00:00.000Z",
    );
  });

  test("that follows what is found begins with its shortest interval", () => {
    expect(nextAfter(ADAPTIVE, firstInterval(ADAPTIVE), NOW).toISOString()).toBe("2026-11-20T11:00:00.000Z");
  });

  test("looks sooner where something was found and later where nothing was, within its limits", () => {
    const anyInterval = fc.integer({ min: 60, max: 1440 });
    fc.assert(
      fc.property(anyInterval, (interval) => {
        const sooner = nextInterval(ADAPTIVE, interval, true);
        const rarer = nextInterval(ADAPTIVE, interval, false);
        expect(sooner).toBeLessThanOrEqual(interval);
        expect(rarer).toBeGreaterThanOrEqual(interval);
        for (const next of [sooner, rarer]) {
          expect(next).toBeGreaterThanOrEqual(60);
          expect(next).toBeLessThanOrEqual(1440);
        }
        expect(nextInterval(ADAPTIVE, interval, null)).toBe(interval);
      }),
    );
    expect(nextInterval(ADAPTIVE, 240, true)).toBe(120);
    expect(nextInterval(ADAPTIVE, 240, false)).toBe(480);
  });

  test("with its limits the wrong way round is refused", () => {
    const cadence = { kind: "adaptive", shortestMinutes: 120, longestMinutes: 60 };
    expect(ScheduleRequest.safeParse({ serverId: "shop", playbook: "dailySummary", cadence }).success).toBe(false);
  });
});

describe("a run", () => {
  test("is due from its time on, and not where the schedule is off", () => {
    expect(dueSlot(aSchedule(), NOW)).toBe(NOW.toISOString());
    expect(dueSlot(aSchedule(), later(NOW, -1))).toBeNull();
    expect(dueSlot(aSchedule({ enabled: false }), NOW)).toBeNull();
  });

  const run = { incidentId: "inc-1", said: "looked at", found: null };

  test("counts once", () => {
    const slot = NOW.toISOString();
    const next = afterRun(aSchedule(), slot, run, NOW);
    expect(next?.runs).toEqual([{ at: slot, incidentId: "inc-1", said: "looked at" }]);
    expect(next && afterRun(next, slot, run, NOW)).toBeNull();
  });

  test("that was missed for days is made up for once", () => {
    const now = later(NOW, 3 * DAY_MS + HOUR_MS);
    const next = afterRun(aSchedule(), NOW.toISOString(), run, now);
    expect(next?.nextAt).toBe("2026-11-24T06:00:00.000Z");
  });

  test("of a schedule that was changed meanwhile leaves the change", () => {
    const changed = aSchedule({ nextAt: later(NOW, MINUTE_MS).toISOString() });
    expect(afterRun(changed, NOW.toISOString(), run, NOW)).toBeNull();
  });

  test("that looked at nothing teaches nothing of how often to look, and the last look is not forgotten", () => {
    const looked = { at: NOW.toISOString(), incidentId: "inc-open", said: "looked at" };
    let schedule = aSchedule({ cadence: ADAPTIVE, intervalMinutes: 240, runs: [looked] });
    for (let slots = 0; slots < 30; slots += 1) {
      const skipped = { incidentId: null, said: "the last look is still open", found: true };
      schedule = afterRun(schedule, schedule.nextAt, skipped, new Date(schedule.nextAt)) ?? schedule;
    }
    expect(schedule.intervalMinutes).toBe(240);
    expect(schedule.runs).toHaveLength(20);
    expect(schedule.runs.at(-1)).toEqual(looked);
  });

  test("keeps the last twenty", () => {
    const runs = Array.from({ length: 20 }, () => ({ at: NOW.toISOString(), incidentId: null, said: "" }));
    expect(afterRun(aSchedule({ runs }), NOW.toISOString(), run, NOW)?.runs).toHaveLength(20);
  });

  test("asks for the same look however often it is repeated, and another slot for another", () => {
    const [slot, other] = [NOW.toISOString(), later(NOW, DAY_MS).toISOString()];
    expect(alertOf(aSchedule(), slot)).toEqual(alertOf(aSchedule(), slot));
    const idOf = (at: string): string => incidentIdOf("shop", alertOf(aSchedule(), at));
    expect(idOf(slot)).not.toBe(idOf(other));
  });
});
