import { expect, test } from "vitest";
import { lookAgainMs } from "../../../shared/core/pace.ts";
import { DAY_MS, later, MINUTE_MS, SECOND_MS } from "../../../shared/core/time.ts";
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
