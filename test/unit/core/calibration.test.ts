import fc from "fast-check";
import { expect, test } from "vitest";
import { Calibration, type Memory } from "../../../shared/contracts/memory.ts";
import { calibrationOf } from "../../../shared/core/calibration.ts";
import { aMemory, anEffect, anyMemory } from "../../support/memories.ts";

const judged = (count: number, confidence: number, verdict: "improved" | "no_effect"): Memory[] =>
  Array.from({ length: count }, (_, place) =>
    aMemory({ incidentId: `inc-${confidence}-${place}`, confidence, effect: anEffect(verdict) }),
  );

test("with ten of a band the share of confirmed ones is told, with fewer only the counts", () => {
  const { bands, brierScore, ...rest } = calibrationOf([
    ...judged(9, 0.97, "improved"),
    ...judged(1, 0.97, "no_effect"),
    ...judged(2, 0.6, "no_effect"),
  ]);
  expect(rest).toEqual({ remembered: 12, judged: 12, confirmed: 9, fewest: 10 });
  expect(bands.find(({ from }) => from === 0.95)).toMatchObject({ to: 1, judged: 10, confirmed: 9, share: 0.9 });
  expect(bands.find(({ from }) => from === 0.5)).toMatchObject({ judged: 2, confirmed: 0, share: null });
  // By hand: (9 × 0.03² + 0.97² + 2 × 0.6²) / 12.
  expect(brierScore).toBeCloseTo((9 * 0.03 ** 2 + 0.97 ** 2 + 2 * 0.6 ** 2) / 12, 12);
});

test("what was not carried out or not proven is remembered and not judged, and too few have no score", () => {
  const memories = [
    ...judged(3, 0.9, "improved"),
    aMemory({ effect: anEffect("inconclusive") }),
    aMemory({ wasCarriedOut: false, effect: null, path: "skipped" }),
  ];
  expect(calibrationOf(memories)).toMatchObject({ remembered: 5, judged: 3, brierScore: null });
  expect(calibrationOf([])).toMatchObject({ remembered: 0, judged: 0, brierScore: null });
});

test("a confidence on an edge belongs to the band above it, and a full one to the last", () => {
  const counts = (confidence: number) =>
    calibrationOf(judged(1, confidence, "improved")).bands.flatMap(({ from, judged: some }) =>
      some > 0 ? [from] : [],
    );
  expect([0, 0.5, 0.9, 0.95, 1].map(counts)).toEqual([[0], [0.5], [0.9], [0.95], [0.95]]);
});

test("whatever is remembered: the contract holds, each judged one is in one band, and the order does not matter", () => {
  fc.assert(
    fc.property(fc.array(anyMemory, { maxLength: 40 }), (memories) => {
      const calibration = Calibration.parse(calibrationOf(memories));
      expect(calibration.bands.reduce((sum, band) => sum + band.judged, 0)).toBe(calibration.judged);
      expect(calibration.bands.reduce((sum, band) => sum + band.confirmed, 0)).toBe(calibration.confirmed);
      expect(calibrationOf(memories.toReversed())).toEqual(calibration);
    }),
  );
});
