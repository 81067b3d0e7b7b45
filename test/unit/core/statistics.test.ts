import fc from "fast-check";
import { expect, test } from "vitest";
import { type Moments, momentsBetween, pooled, welchT } from "../../../shared/core/statistics.ts";

const times = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 60 });

/** As PostgreSQL computes them. */
function momentsOf(values: readonly number[]): Moments {
  const calls = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / calls;
  const stddev = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / calls);
  return { calls, mean, stddev };
}

function expectSame(found: Moments, wanted: Moments): void {
  expect(found.calls).toBe(wanted.calls);
  expect(Math.abs(found.mean - wanted.mean)).toBeLessThan(1e-6 * (1 + wanted.mean));
  // A difference of large squares keeps about half of the digits.
  expect(Math.abs(found.stddev - wanted.stddev)).toBeLessThan(0.01 + 1e-4 * wanted.stddev);
}

test("the moments between two readings are those of the calls in between", () => {
  fc.assert(
    fc.property(times, times, (before, since) => {
      expectSame(momentsBetween(momentsOf(before), momentsOf([...before, ...since])), momentsOf(since));
    }),
  );
});

test("the moments of two sets together are those of all their calls", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      expectSame(pooled(momentsOf(a), momentsOf(b)), momentsOf([...a, ...b]));
    }),
  );
});

test("readings without a call in between, or after a reset, have no moments", () => {
  const reading = { calls: 10, mean: 5, stddev: 1 };
  expect(momentsBetween(reading, reading)).toEqual({ calls: 0, mean: 0, stddev: 0 });
  expect(momentsBetween(reading, { calls: 3, mean: 5, stddev: 1 })).toEqual({ calls: 0, mean: 0, stddev: 0 });
});

test("Welch's t is positive when the mean fell, and the more so the more calls there are", () => {
  const before = { calls: 30, mean: 10, stddev: 4 };
  const after = { calls: 30, mean: 8, stddev: 4 };
  // (10 − 8) / √(16/30 + 16/30)
  expect(welchT(before, after)).toBeCloseTo(1.9365, 4);
  expect(welchT(after, before)).toBeCloseTo(-1.9365, 4);
  expect(welchT({ ...before, calls: 300 }, { ...after, calls: 300 })).toBeGreaterThan(welchT(before, after));
  expect(welchT({ ...before, stddev: 0 }, { ...after, stddev: 0 })).toBe(Number.POSITIVE_INFINITY);
});
