import { describe, expect, test } from "vitest";
import type { Baseline, BaselineMetric, Detection, HeavyStatement } from "../../../shared/contracts/baseline.ts";
import { afterDeployment } from "../../../shared/core/detect-deployments.ts";
import { newDetection } from "../../../shared/core/detection.ts";
import { isOpen } from "../../../shared/core/anomalies.ts";
import { DAY_MS, later, MINUTE_MS } from "../../../shared/core/time.ts";
import { aReading, taughtBaseline } from "../../support/baselines.ts";

const BEGIN = new Date("2026-11-24T14:00:00.000Z");
const latency = new Map<BaselineMetric, Baseline>([["latency", taughtBaseline("latency", { usual: () => 6 })]]);
/** The server has been known for a day. */
const known: Detection = { ...newDetection("shop"), epoch: "1", epochAt: later(BEGIN, -DAY_MS).toISOString() };

type Made = Partial<HeavyStatement> & { minutes: number };
let minute = 0;
/** Minutes in which one statement takes most of the time. */
function ran(state: Detection, { minutes, ...wish }: Made, baselines = latency): Detection {
  let next = state;
  for (let count = 0; count < minutes; count += 1) {
    minute += 1;
    const one = { key: "10/1", calls: 300, meanMs: 20, allCalls: 1e6, share: 0.8, ...wish };
    const reading = aReading(later(BEGIN, minute * MINUTE_MS).toISOString(), {}, { heavy: [one] });
    next = afterDeployment(next, reading, baselines);
  }
  return next;
}
const open = (state: Detection) => state.anomalies.filter(isOpen);
const usual = ran(known, { minutes: 40 });

describe("a statement", () => {
  test("that takes five times as long as ever is told of after eight minutes, with what it took before", () => {
    expect(open(ran(usual, { minutes: 7, meanMs: 100 }))).toEqual([]);
    expect(open(ran(usual, { minutes: 8, meanMs: 100 }))).toMatchObject([
      { kind: "deployment", subject: "10/1", value: 100, said: "statement 1 takes 100 ms a call, before 20 ms" },
    ]);
  });

  test("that is new and takes most of the time is told of as new", () => {
    const fresh = { key: "10/7", meanMs: 60 };
    const state = [1, 2, 3, 4, 5, 6, 7, 8].reduce(
      (next, count) => ran(next, { ...fresh, minutes: 1, allCalls: 300 * count }),
      usual,
    );
    expect(open(state)).toMatchObject([
      { kind: "deployment", usual: null, said: "statement 7 is new and takes much of the time, 60 ms a call" },
    ]);
  });

  test("that ran before, and only takes its share now, is not new", () => {
    expect(open(ran(usual, { key: "10/8", minutes: 30, meanMs: 60, allCalls: 1e6 }))).toEqual([]);
  });

  test("of a few calls, or of next to no time, is no deployment", () => {
    expect(open(ran(usual, { minutes: 30, meanMs: 900, calls: 3 }))).toEqual([]);
    expect(open(ran(usual, { key: "10/9", minutes: 30, meanMs: 2, calls: 100, allCalls: 100 }))).toEqual([]);
  });

  test("is not new because counters began again", () => {
    const reset = { ...usual, epochAt: later(BEGIN, minute * MINUTE_MS).toISOString() };
    expect(open(ran(reset, { key: "10/10", minutes: 30, meanMs: 60, allCalls: 300 }))).toEqual([]);
  });

  test("is not judged while the server is learnt", () => {
    const young = new Map<BaselineMetric, Baseline>([
      ["latency", taughtBaseline("latency", { usual: () => 6, hours: 71 })],
    ]);
    expect(open(ran(usual, { minutes: 30, meanMs: 100 }, young))).toEqual([]);
  });

  test("that is as it was again is over, and its slow minutes have taught nothing", () => {
    const slow = ran(usual, { minutes: 60, meanMs: 100 });
    const over = ran(slow, { minutes: 9 });
    expect(over.anomalies).toMatchObject([{ ending: "normal" }]);
    expect(open(ran(over, { minutes: 8, meanMs: 100 }))).toHaveLength(1);
  });

  test("that stays slow for a day is taken as it is", () => {
    const day = ran(usual, { minutes: 1_460, meanMs: 100 });
    expect(day.anomalies).toMatchObject([{ ending: "adopted" }]);
    expect(open(ran(day, { minutes: 120, meanMs: 100 }))).toEqual([]);
    expect(open(ran(ran(day, { minutes: 40, meanMs: 100 }), { minutes: 8, meanMs: 500 }))).toHaveLength(1);
  });
});
