import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Baseline, type HourMoments } from "../../../shared/contracts/baseline.ts";
import {
  adopted,
  emptyBaseline,
  hourIndexOf,
  hourOfWeek,
  learnt,
  NO_MOMENTS,
  usualIn,
  withValue,
} from "../../../shared/core/baselines.ts";
import { offScale, onScale } from "../../../shared/core/baseline-rules.ts";
import { taughtBaseline } from "../../support/baselines.ts";

const WEEK = 168;
/** Sunday 2026-11-22, 00:00 UTC. */
const SUNDAY = hourIndexOf("2026-11-22T00:00:00.000Z");
const hourOf = (...values: number[]): HourMoments => values.reduce(withValue, NO_MOMENTS);
const taught = (baseline: Baseline, ...hours: [hour: number, moments: HourMoments][]): Baseline =>
  hours.reduce((known, [hour, moments]) => learnt(known, hour, moments) ?? known, baseline);
const cpu = emptyBaseline("shop", "cpu");

test("hours of the week begin on Sunday in UTC", () => {
  expect(hourOfWeek(SUNDAY)).toBe(0);
  expect(hourOfWeek(hourIndexOf("2026-11-24T14:30:00.000Z"))).toBe(2 * 24 + 14);
  expect(hourOfWeek(SUNDAY - 1)).toBe(WEEK - 1);
});

test("one value after another comes to their mean and sum of squared deviations", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }),
      (values) => {
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const m2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const found = hourOf(...values);
        expect(found.count).toBe(values.length);
        expect(Math.abs(found.mean - mean)).toBeLessThan(1e-6 * Math.max(1, Math.abs(mean)));
        expect(Math.abs(found.m2 - m2)).toBeLessThan(1e-6 * Math.max(1, m2));
      },
    ),
  );
});

describe("an hour", () => {
  test("counts once, however often it is taken in", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }),
        (hour, values) => {
          const once = learnt(cpu, hour, hourOf(...values));
          expect(once).not.toBeNull();
          expect(learnt(once ?? cpu, hour, hourOf(...values))).toBeNull();
          expect(learnt(once ?? cpu, hour - 1, hourOf(...values))).toBeNull();
        },
      ),
    );
  });

  test("of a clock that was a day ahead does not keep the following ones out for ever", () => {
    const ahead = taught(cpu, [SUNDAY + 1_000, hourOf(50)]);
    expect(learnt(ahead, SUNDAY, hourOf(20))).toMatchObject({ lastHour: SUNDAY });
  });

  test("without a reading is no hour", () => {
    expect(learnt(cpu, SUNDAY, NO_MOMENTS)).toBeNull();
  });

  test("of four weeks ago counts half", () => {
    const baseline = taught(cpu, [SUNDAY, hourOf(20, 20)], [SUNDAY + 4 * WEEK, hourOf(50)]);
    const [at, hours, count, mean] = baseline.buckets[0] ?? [];
    expect([at, hours, count]).toEqual([SUNDAY + 4 * WEEK, 1.5, 2]);
    expect(mean).toBe(35);
  });
});

describe("what is usual", () => {
  const readings = (mean: number): HourMoments => hourOf(mean - 5, mean, mean + 5, mean);
  test("is not known before the first hour", () => {
    expect(usualIn(cpu, SUNDAY)).toBeNull();
  });

  test("is that of the hour of the week once it was seen three times", () => {
    const weeks = [0, 1, 2].map((week): [number, HourMoments] => [SUNDAY + week * WEEK, readings(20)]);
    const busyDays = [0, 1, 2].map((day): [number, HourMoments] => [SUNDAY + 2 * WEEK + (day + 1) * 24, readings(80)]);
    const usual = usualIn(taught(cpu, ...weeks, ...busyDays), SUNDAY + 3 * WEEK);
    expect(usual).toMatchObject({ level: "hourOfWeek" });
    expect(usual?.mean).toBeCloseTo(20, 3);
  });

  test("is before that by the hour of all days, and before that by everything", () => {
    const two = taught(cpu, [SUNDAY, readings(20)], [SUNDAY + 24, readings(40)]);
    expect(usualIn(two, SUNDAY + 48)).toMatchObject({ level: "whole" });
    const three = taught(two, [SUNDAY + 48, readings(60)]);
    expect(usualIn(three, SUNDAY + 72)).toMatchObject({ level: "hourOfDay" });
    expect(usualIn(three, SUNDAY + 72)?.mean).toBeCloseTo(40, 3);
    expect(usualIn(three, SUNDAY + 73)).toMatchObject({ level: "whole" });
  });

  test("varies at least a little, also where nothing has moved yet", () => {
    expect(usualIn(taught(cpu, [SUNDAY, hourOf(20, 20, 20)]), SUNDAY)?.sigma).toBe(3);
  });

  test("lies between the least and the greatest that was learnt", () => {
    const hours = fc.array(fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 100 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 2_000 }), (list, asked) => {
        const sorted = list
          .toSorted(([a], [b]) => a - b)
          .map(([hour, value]): [number, HourMoments] => [hour, hourOf(value)]);
        const usual = usualIn(taught(cpu, ...sorted), asked);
        const values = list.map(([, value]) => value);
        expect(usual?.mean).toBeGreaterThanOrEqual(Math.min(...values) - 0.01);
        expect(usual?.mean).toBeLessThanOrEqual(Math.max(...values) + 0.01);
        expect(usual?.sigma).toBeGreaterThanOrEqual(3);
      }),
    );
  });
});

test("a lasting new normal keeps the shape, on another level, and is taken once", () => {
  const usual = (hour: number): number => (hour % 24 < 12 ? 5 : 20);
  const before = taughtBaseline("latency", { usual, until: "2026-11-22T00:00:00.000Z" });
  const twice = onScale("latency", 20) - onScale("latency", 10);
  const after = adopted(before, "pgmedic/shop/latency//x", twice);
  if (after === null) throw new Error("it was not taken");
  for (const hour of [SUNDAY + 3, SUNDAY + 15]) {
    const [was, is] = [usualIn(before, hour), usualIn(after, hour)];
    expect((is?.mean ?? 0) - (was?.mean ?? 0)).toBeCloseTo(twice, 4);
  }
  expect(offScale("latency", usualIn(after, SUNDAY + 15)?.mean ?? 0)).toBeGreaterThan(35);
  expect(adopted(after, "pgmedic/shop/latency//x", twice)).toBeNull();
});

test("the document of a metric stays small, and one of an older version is read", () => {
  const baseline = taughtBaseline("storage", { usual: (hour) => 40 + (hour % 97) / 7 });
  expect(JSON.stringify(baseline).length).toBeLessThan(14_000);
  const { trend: _, adopted: __, ...older } = baseline;
  expect(Baseline.parse(older)).toMatchObject({ trend: [], adopted: null });
});
