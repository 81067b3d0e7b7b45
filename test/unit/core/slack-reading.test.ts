// How far a channel was read, and which message an alert's end belongs to.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  begunAt,
  firedBefore,
  firedKeyOf,
  halved,
  periodOf,
  readUpTo,
  waitingFor,
  withFired,
} from "../../../shared/core/slack-reading.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../shared/core/time.ts";

const NOW = new Date("2026-11-20T10:00:00.000Z");
const begun = begunAt("C0ALERTS", NOW);
const tsAfter = (ms: number): string => ((NOW.getTime() + ms) / 1_000).toFixed(6);

test("a channel is read from the moment when it was first seen, and never before it", () => {
  expect(periodOf(begun, NOW)).toEqual({ oldest: tsAfter(0), latest: null });
  expect(periodOf(readUpTo(begun, tsAfter(MINUTE_MS)), NOW).oldest).toBe(tsAfter(0));
});

test("the last two minutes are read again", () => {
  expect(periodOf(readUpTo(begun, tsAfter(10 * MINUTE_MS)), NOW).oldest).toBe(tsAfter(8 * MINUTE_MS));
});

test("reading goes forward only, and ends a piece when it has reached its end", () => {
  const far = readUpTo(begun, tsAfter(HOUR_MS));
  expect(readUpTo(far, tsAfter(MINUTE_MS)).newest).toBe(tsAfter(HOUR_MS));
  expect(readUpTo(far, null).newest).toBe(tsAfter(HOUR_MS));
  const piece = { ...begun, upTo: tsAfter(HOUR_MS) };
  expect(readUpTo(piece, tsAfter(MINUTE_MS)).upTo).toBe(tsAfter(HOUR_MS));
  expect(readUpTo(piece, tsAfter(HOUR_MS)).upTo).toBeNull();
});

test("after an outage what is older than a day is left to people", () => {
  const later = new Date(NOW.getTime() + 7 * DAY_MS);
  expect(periodOf(begun, later)).toEqual({ oldest: tsAfter(6 * DAY_MS), latest: null });
  expect(periodOf({ ...begun, upTo: tsAfter(DAY_MS) }, later).latest).toBeNull();
});

test("what is too much for one run is halved until it is a second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2_000, max: 30 * DAY_MS }), (aheadMs) => {
      const later = new Date(NOW.getTime() + aheadMs);
      let piece = begun;
      const width = (): number => {
        const { oldest, latest } = periodOf(piece, later);
        return (latest === null ? later.getTime() / 1_000 : Number(latest)) - Number(oldest);
      };
      for (let time = 0; time < 20; time += 1) {
        const before = width();
        piece = halved(piece, later);
        expect(width()).toBeGreaterThan(0);
        expect(width()).toBeLessThanOrEqual(Math.max(1.001, before / 2 + 0.001));
      }
      expect(width()).toBeLessThanOrEqual(1.001);
    }),
  );
});

test("Slack is left alone for as long as it asks, an hour at most", () => {
  expect(waitingFor(begun, 30_000, NOW).notBefore).toBe("2026-11-20T10:00:30.000Z");
  expect(waitingFor(begun, 9 * HOUR_MS, NOW).notBefore).toBe("2026-11-20T11:00:00.000Z");
});

test("an alert and its end are of one rule on one server, though their figures differ", () => {
  const key = (rule: string, serverId = "shop-db") => firedKeyOf("C0ALERTS", serverId, { rule });
  expect(key("0 deadlocks")).toBe(key("12 Deadlocks"));
  expect(key("CPU at 45.5%")).toBe(key("CPU at 97 %"));
  expect(key("disk1 is full")).not.toBe(key("disk2 is full"));
  expect(key("CPU is high")).not.toBe(key("CPU is high", "stock-db"));
});

test("an end belongs to the last alert before it, or to itself where its message was edited into it", () => {
  const fired = withFired(withFired([], tsAfter(1_000)) ?? [], tsAfter(60_000)) ?? [];
  expect(firedBefore(fired, tsAfter(30_000))).toBe(tsAfter(1_000));
  expect(firedBefore(fired, tsAfter(90_000))).toBe(tsAfter(60_000));
  expect(firedBefore(fired, tsAfter(60_000))).toBe(tsAfter(60_000));
  expect(firedBefore(fired, tsAfter(0))).toBeNull();
  expect(withFired(fired, tsAfter(1_000))).toBeNull();
});
