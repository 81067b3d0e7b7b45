import fc from "fast-check";
import { expect, test } from "vitest";
import { momentsBetween, pooled } from "../../../shared/core/statistics.ts";
import { judge } from "../../../shared/core/verdict.ts";
import { NOW } from "../../support/incidents.ts";

const at = NOW.toISOString();
const figures = (wish: { calls?: number; meanMs?: number; stddevMs?: number; blocksPerCall?: number }) => ({
  from: at,
  to: at,
  calls: 500,
  meanMs: 80,
  stddevMs: 10,
  blocksPerCall: 20_000,
  tempBlocksPerCall: 0,
  cpuPercent: 95,
  ...wish,
});
const better = figures({ meanMs: 0.3, stddevMs: 0.2, blocksPerCall: 25 });

test("fewer blocks and less time, with enough calls, is improved", () => {
  expect(judge({ before: figures({}), after: better, indexScans: 500, figure: "blocksPerCall" }).verdict).toBe(
    "improved",
  );
});

test("fewer than 30 calls on either side is inconclusive, whatever the figures", () => {
  expect(
    judge({ before: figures({ calls: 29 }), after: better, indexScans: 500, figure: "blocksPerCall" }).verdict,
  ).toBe("inconclusive");
  expect(
    judge({ before: figures({}), after: { ...better, calls: 29 }, indexScans: 29, figure: "blocksPerCall" }).verdict,
  ).toBe("inconclusive");
});

test("an index that is never scanned has no effect", () => {
  expect(judge({ before: figures({}), after: figures({}), indexScans: 0, figure: "blocksPerCall" }).verdict).toBe(
    "no_effect",
  );
});

test("an index that is never scanned is not blamed for slower statements", () => {
  expect(
    judge({ before: figures({}), after: figures({ meanMs: 200 }), indexScans: 0, figure: "blocksPerCall" }).verdict,
  ).toBe("no_effect");
});

test("a scanned index that saves nothing has no effect", () => {
  expect(
    judge({
      before: figures({}),
      after: figures({ meanMs: 78, blocksPerCall: 19_500 }),
      indexScans: 40,
      figure: "blocksPerCall",
    }).verdict,
  ).toBe("no_effect");
});

test("slower is regressed, even with fewer blocks", () => {
  expect(
    judge({
      before: figures({}),
      after: figures({ meanMs: 120, blocksPerCall: 10 }),
      indexScans: 500,
      figure: "blocksPerCall",
    }).verdict,
  ).toBe("regressed");
});

test("noise is not a regression", () => {
  const noisy = { stddevMs: 400 };
  expect(
    judge({
      before: figures(noisy),
      after: figures({ ...noisy, meanMs: 95 }),
      indexScans: 500,
      figure: "blocksPerCall",
    }).verdict,
  ).not.toBe("regressed");
});

const times = fc.array(fc.double({ min: 0.01, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 60 });
const momentsOf = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    calls: values.length,
    mean,
    stddev: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  };
};

test("the moments of a window follow from the cumulative moments around it", () => {
  fc.assert(
    fc.property(times, times, (earlier, window) => {
      const between = momentsBetween(momentsOf(earlier), momentsOf([...earlier, ...window]));
      const wanted = momentsOf(window);
      expect(between.calls).toBe(wanted.calls);
      expect(between.mean).toBeCloseTo(wanted.mean, 6);
      expect(between.stddev).toBeCloseTo(wanted.stddev, 3);
    }),
  );
});

test("pooled moments are the moments of all the calls", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const together = pooled(momentsOf(a), momentsOf(b));
      const wanted = momentsOf([...a, ...b]);
      expect(together.mean).toBeCloseTo(wanted.mean, 6);
      expect(together.stddev).toBeCloseTo(wanted.stddev, 6);
    }),
  );
});
