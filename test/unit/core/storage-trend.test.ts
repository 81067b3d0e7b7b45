import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterStorageHour } from "../../../shared/core/detect-storage.ts";
import { newDetection } from "../../../shared/core/detection.ts";
import { projectionOf, slopePerDay, type Trend } from "../../../shared/core/storage-trend.ts";
import { emptyBaseline } from "../../../shared/core/baselines.ts";

const HOURS = 168;
/** Hourly values: `percent` gives the value so many hours before the last. */
const trendOf = (percent: (before: number) => number, hours = HOURS): Trend =>
  Array.from({ length: hours }, (_, index) => [index, percent(hours - 1 - index)]);

test("a straight line has its own slope, whatever a quarter of the hours were", () => {
  const perDay = fc.double({ min: -5, max: 5, noNaN: true });
  const odd = fc.uniqueArray(fc.integer({ min: 0, max: 47 }), { maxLength: 12 });
  fc.assert(
    fc.property(perDay, odd, fc.double({ min: 5, max: 40, noNaN: true }), (rise, hours, spike) => {
      const trend = trendOf((before) => 40 - (rise * before) / 24 + (hours.includes(before) ? spike : 0), 48);
      // Spikes that all lean to one end move the median; by how much is bounded by the share of pairs that they are in.
      expect(Math.abs((slopePerDay(trend) ?? 0) - rise)).toBeLessThan(hours.length === 0 ? 1e-6 : spike);
    }),
  );
  expect(slopePerDay([[1, 50]])).toBeNull();
});

describe("where storage goes", () => {
  test("is not known before three days", () => {
    expect(projectionOf(trendOf((before) => 80 - before, 71))).toBeNull();
  });
  test("is nowhere while it stays, however full it is", () => {
    expect(projectionOf(trendOf(() => 84))).toMatchObject({ breach: "none" });
  });
  test("is the limit within a week, at two points a day and 75 %", () => {
    const found = projectionOf(trendOf((before) => 75 - (2 * before) / 24));
    expect(found).toMatchObject({ breach: "soon", projection: { percent: 75, limit: 85 } });
    expect(found?.projection.perDay).toBeCloseTo(2);
    expect(found?.projection.days).toBeCloseTo(5);
  });
  test("is far away at a tenth of a point a day", () => {
    expect(projectionOf(trendOf((before) => 80 - before / 240))).toMatchObject({ breach: "none" });
  });
  test("is the limit today, where something fills the disk since six hours", () => {
    const found = projectionOf(trendOf((before) => 60 + 4 * Math.max(0, 6 - before)));
    expect(found).toMatchObject({ breach: "today", projection: { limit: 95 } });
  });
  test("is nowhere when what filled the disk has stopped", () => {
    expect(projectionOf(trendOf((before) => 70 - Math.max(0, before - 36) / 4))).toMatchObject({ breach: "none" });
  });
  test("does not follow a sort that has given its space back", () => {
    expect(projectionOf(trendOf((before) => (before > 0 && before < 5 ? 90 : 60)))).toMatchObject({ breach: "none" });
  });
});

test("a disk that fills is told of in the second hour, and it is over in the third calm one", () => {
  let state = newDetection("shop");
  const filling = trendOf((before) => 75 - (2 * before) / 24);
  const baseline = { ...emptyBaseline("shop", "storage"), trend: filling.slice(0, -1) };
  const hour = (index: number, percent: number, trend: Trend = filling): void => {
    state = afterStorageHour(
      state,
      { hour: index, moments: { count: 60, mean: percent, m2: 0 } },
      { ...baseline, trend },
      "2026-11-24T14:00:00.000Z",
    );
  };
  hour(HOURS, 75.1);
  expect(state.anomalies).toEqual([]);
  hour(HOURS + 1, 75.2, [...filling, [HOURS, 75.1]]);
  expect(state.anomalies).toMatchObject([{ kind: "storage", subject: "soon", limit: 85, severity: "Sev3" }]);
  expect(state.anomalies[0]?.said).toMatch(/^storage is 75 % full and grows by 2 points a day: 85 % in 4\.9 days$/);
  const flat = trendOf(() => 75);
  for (const index of [2, 3, 4]) hour(HOURS + index, 75, flat);
  expect(state.anomalies).toMatchObject([{ ending: "normal" }]);
});
