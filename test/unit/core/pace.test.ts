import fc from "fast-check";
import { expect, test } from "vitest";
import { lookAgainBy, lookAgainMs } from "../../../shared/core/pace.ts";
import { DAY_MS, HOUR_MS, later, MINUTE_MS, SECOND_MS } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";

/** When a run looks that waits for so long, in ms from its beginning. */
function looksIn(waitMs: number, leastMs: number): number[] {
  const looks = [0];
  for (let at = 0; at < waitMs; looks.push(at)) at += lookAgainMs(NOW.toISOString(), later(NOW, at), leastMs);
  return looks;
}

test("a run that waits three days for a server looks some hundred times, not thousands", () => {
  expect(looksIn(3 * DAY_MS, 30 * SECOND_MS).length).toBeLessThan(500);
});

test("the end of a wait is seen after a tenth of it, and within ten minutes", () => {
  const looks = looksIn(DAY_MS, SECOND_MS);
  for (const [place, at] of looks.entries()) {
    const gap = (looks[place + 1] ?? at) - at;
    expect(gap).toBeLessThanOrEqual(Math.min(10 * MINUTE_MS, Math.max(SECOND_MS, at * 0.1 + 1)));
  }
});

test("a clock that went back does not stop the looking", () => {
  expect(lookAgainMs(NOW.toISOString(), later(NOW, -DAY_MS), SECOND_MS)).toBe(SECOND_MS);
});

test("whatever a run waits for, if that ends before the proposal expires the run sees it while it may still begin", () => {
  const seconds = (most: number) => fc.integer({ min: 0, max: most });
  const waits = fc.record({ decided: seconds(259_170), free: seconds(259_170), away: seconds(20) });
  const expires = 3 * DAY_MS;
  fc.assert(
    fc.property(waits, ({ decided, free, away }) => {
      const since = later(NOW, decided * SECOND_MS).toISOString();
      const until = later(NOW, expires).toISOString();
      let at = decided * SECOND_MS;
      for (; at < free * SECOND_MS; at += away * SECOND_MS)
        at += lookAgainBy(until, since, later(NOW, at), 30 * SECOND_MS);
      // A minute after it the proposal has expired for good.
      if (decided <= free) expect(at).toBeLessThan(expires + MINUTE_MS);
    }),
    { numRuns: 300 },
  );
});

test("a run that goes on after its proposal expired is looked at no more often for that", () => {
  const expired = later(NOW, HOUR_MS).toISOString();
  expect(lookAgainBy(expired, NOW.toISOString(), later(NOW, DAY_MS), SECOND_MS)).toBe(10 * MINUTE_MS);
});
