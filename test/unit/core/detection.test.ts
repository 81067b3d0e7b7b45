import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Baseline, BaselineMetric, Detection, Reading } from "../../../shared/contracts/baseline.ts";
import { afterTelling, dueOf, isOpen } from "../../../shared/core/anomalies.ts";
import { offScale } from "../../../shared/core/baseline-rules.ts";
import { hourIndexOf, usualIn } from "../../../shared/core/baselines.ts";
import { afterReading, newDetection, type Step } from "../../../shared/core/detection.ts";
import { DAY_MS, later, MINUTE_MS } from "../../../shared/core/time.ts";
import { aReading, taughtBaseline } from "../../support/baselines.ts";

/** A Tuesday, 14:00 UTC. */
const BEGIN = new Date("2026-11-24T14:00:00.000Z");
const at = (minute: number): string => later(BEGIN, minute * MINUTE_MS).toISOString();
const until = BEGIN.toISOString();
const known = (metric: BaselineMetric, usual: (hour: number) => number, hours?: number) =>
  new Map<BaselineMetric, Baseline>([
    [metric, taughtBaseline(metric, { usual, until, ...(hours === undefined ? {} : { hours }) })],
  ]);
const latency = known("latency", () => 6);

type Watched = { state: Detection; steps: Step[]; minute: number };
type Terms = { baselines?: ReadonlyMap<BaselineMetric, Baseline>; isActing?: boolean; epoch?: string };

/** Takes in a minute for each value of a metric, from where it stands. */
function watch(from: Watched, metric: BaselineMetric, values: readonly (number | null)[], terms: Terms = {}): Watched {
  let { state, minute } = from;
  const steps: Step[] = [];
  for (const value of values) {
    const step = afterReading(state, aReading(at(minute), { [metric]: value }, { epoch: terms.epoch ?? "1" }), {
      baselines: terms.baselines ?? latency,
      isActing: terms.isActing ?? false,
    });
    minute += 1;
    if (step === null) continue;
    steps.push(step);
    ({ next: state } = step);
  }
  return { state, steps, minute };
}
const fresh: Watched = { state: newDetection("shop"), steps: [], minute: 0 };
const row = (count: number, value: number | null): (number | null)[] => Array.from({ length: count }, () => value);
const open = ({ state }: Watched) => state.anomalies.filter(isOpen);

describe("a deviation", () => {
  test("is noticed after five minutes, once, and told in words that say what is usual", () => {
    const normal = watch(fresh, "latency", row(10, 6));
    expect(open(normal)).toEqual([]);
    const four = watch(normal, "latency", row(4, 41));
    expect(open(four)).toEqual([]);
    const five = watch(four, "latency", [41]);
    expect(open(five)).toMatchObject([{ kind: "latency", value: 41, since: at(14), told: "nothing" }]);
    expect(open(five)[0]?.said).toMatch(
      /^mean statement time \d+(\.\d)? σ above Tuesdays 14:00 UTC: 41 ms, usually 6 ms$/,
    );
    const later50 = watch(five, "latency", row(30, 45));
    expect(open(later50)).toEqual([{ ...open(five)[0], offset: open(later50)[0]?.offset }]);
  });

  test("of one minute, or of every other, is none", () => {
    const spikes = Array.from({ length: 120 }, (_, minute) => (minute % 2 === 0 ? 60 : 6));
    expect(open(watch(fresh, "latency", spikes))).toEqual([]);
  });

  test("must matter: three times of next to nothing is next to nothing", () => {
    const tiny = known("latency", () => 0.4);
    expect(open(watch(fresh, "latency", row(60, 2), { baselines: tiny }))).toEqual([]);
  });

  test("is over when it was calm for half an hour, and not while it wavers", () => {
    const begun = watch(fresh, "latency", row(6, 41));
    const wavering = Array.from({ length: 60 }, (_, minute) => (minute % 15 === 0 ? 30 : 6));
    expect(open(watch(begun, "latency", wavering))).toHaveLength(1);
    const calm = watch(begun, "latency", row(29, 6));
    expect(open(calm)).toHaveLength(1);
    const over = watch(calm, "latency", [6]);
    expect(over.state.anomalies).toMatchObject([{ endedAt: at(35), ending: "normal" }]);
  });

  test("is judged by the hour: what is usual in the afternoon is not by night", () => {
    const baselines = known("cpu", (hour) => (hour % 24 < 6 ? 10 : 60));
    const night = { ...fresh, minute: 12 * 60 };
    expect(open(watch(fresh, "cpu", row(30, 62), { baselines }))).toEqual([]);
    expect(open(watch(night, "cpu", row(30, 62), { baselines }))).toMatchObject([{ kind: "cpu" }]);
  });

  test("is none where the next hour is usually so: a backup does not keep to the full hour", () => {
    const baselines = known("cpu", (hour) => (hour % 24 === 15 ? 70 : 15));
    const early = { ...fresh, minute: 45 };
    expect(open(watch(early, "cpu", row(14, 70), { baselines }))).toEqual([]);
  });
});

test("at the turn of a month more is usual: a rise must be half as much again", () => {
  const baselines = known("traffic", () => 100);
  const monthEnd = { ...fresh, minute: 6 * 1_440 };
  expect(at(monthEnd.minute)).toContain("2026-11-30");
  expect(open(watch(fresh, "traffic", row(10, 280), { baselines }))).toMatchObject([{ kind: "traffic_rise" }]);
  expect(open(watch(monthEnd, "traffic", row(10, 280), { baselines }))).toEqual([]);
  expect(open(watch(monthEnd, "traffic", row(10, 400), { baselines }))).toMatchObject([{ kind: "traffic_rise" }]);
});

describe("a fall of traffic", () => {
  const baselines = known("traffic", (hour) => (Math.floor((hour + 96) / 24) % 7 === 0 ? 20 : 200));
  test("to what a Sunday has is a holiday", () => {
    expect(open(watch(fresh, "traffic", row(60, 20), { baselines }))).toEqual([]);
  });
  test("to nothing is told of", () => {
    expect(open(watch(fresh, "traffic", row(6, 0.2), { baselines }))).toMatchObject([{ kind: "traffic_fall" }]);
  });
  test("is not judged before two weekends were seen", () => {
    const young = known("traffic", () => 200, 200);
    expect(open(watch(fresh, "traffic", row(60, 0.2), { baselines: young }))).toEqual([]);
    expect(open(watch(fresh, "traffic", row(6, 4_000), { baselines: young }))).toMatchObject([
      { kind: "traffic_rise" },
    ]);
  });
});

describe("nothing is noticed", () => {
  test("while a server is learnt: for three days", () => {
    const young = known("latency", () => 6, 71);
    expect(open(watch(fresh, "latency", row(120, 600), { baselines: young }))).toEqual([]);
    const enough = known("latency", () => 6, 72);
    expect(open(watch(fresh, "latency", row(6, 600), { baselines: enough }))).toHaveLength(1);
  });

  test("because of a restart, a failover or a reset, for twenty minutes", () => {
    const before = watch(fresh, "latency", [...row(10, 6), ...row(4, 41)]);
    const after = watch(before, "latency", row(20, 500), { epoch: "2" });
    expect(open(after)).toEqual([]);
    expect(after.state.running["latency"]?.mean ?? 0).toBeLessThan(4);
    expect(open(watch(after, "latency", row(6, 500), { epoch: "2" }))).toHaveLength(1);
  });

  test("because of a gap: what was before it and what comes after it are no row", () => {
    const before = watch(fresh, "latency", [...row(10, 6), ...row(4, 41)]);
    expect(open(watch({ ...before, minute: before.minute + 6 }, "latency", row(4, 41)))).toEqual([]);
    expect(open(watch({ ...before, minute: before.minute + 60 }, "latency", row(19, 41)))).toEqual([]);
  });

  test("because of a clock: put forward by a day, or back", () => {
    const before = watch(fresh, "latency", [...row(10, 6), ...row(4, 41)]);
    const day = DAY_MS / MINUTE_MS;
    const forward = watch({ ...before, minute: before.minute + day }, "latency", row(4, 41));
    expect(open(forward)).toEqual([]);
    const back = watch({ ...forward, minute: before.minute }, "latency", row(4, 41));
    expect(open(back)).toEqual([]);
    expect(back.steps, "and it goes on from there").toHaveLength(4);
  });

  test("of what PgMedic itself carries out", () => {
    expect(open(watch(fresh, "latency", row(60, 400), { isActing: true }))).toEqual([]);
  });

  test("of minutes of which nothing is known", () => {
    expect(open(watch(fresh, "latency", row(60, null)))).toEqual([]);
    const begun = watch(fresh, "latency", row(6, 41));
    expect(open(watch(begun, "latency", row(60, null))), "nor is it over then").toHaveLength(1);
  });
});

describe("what is learnt", () => {
  test("of an hour is handed over when the next one begins", () => {
    const watched = watch(fresh, "latency", row(61, 6));
    const handed = watched.steps.flatMap(({ learnt }) => learnt);
    expect(handed).toMatchObject([{ metric: "latency", hour: hourIndexOf(at(0)), moments: { count: 60 } }]);
    expect(offScale("latency", handed[0]?.moments.mean ?? 0)).toBeCloseTo(6);
  });

  test("is nothing of what deviates, and no more than the limit of what does for a moment", () => {
    const watched = watch(fresh, "latency", [...row(6, 600), ...row(50, 600)]);
    const { count = 0, mean = 0 } = watched.state.running["latency"] ?? {};
    expect(count).toBe(4);
    expect(offScale("latency", mean)).toBeLessThan(15);
  });

  test("is a lasting new normal after a day, which is not told of as the end", () => {
    const begun = watch(fresh, "latency", row(6, 41));
    const told = { ...begun.state, anomalies: begun.state.anomalies.map((one) => afterTelling(one, "Fired", "inc-1")) };
    const day = watch({ ...begun, state: told }, "latency", row(24 * 60, 41));
    expect(day.state.anomalies[0]).toMatchObject({ ending: "adopted", told: "fired" });
    expect(day.state.anomalies.map(dueOf)).toEqual([null]);
    const [adoption, ...others] = day.steps.flatMap(({ adopted }) => adopted);
    expect(others).toEqual([]);
    expect(adoption).toMatchObject({ metric: "latency", anomalyId: `pgmedic/shop/latency//${at(4)}` });
    const usual = usualIn(latency.get("latency") ?? taughtBaseline("latency", { usual: () => 0 }), hourIndexOf(at(0)));
    expect(offScale("latency", (usual?.mean ?? 0) + (adoption?.offset ?? 0))).toBeCloseTo(41, 0);
  });
});

test("the same reading twice counts once", () => {
  const { state } = watch(fresh, "latency", row(10, 6));
  const again = aReading(at(9), { latency: 900 });
  expect(afterReading(state, again, { baselines: latency, isActing: false })).toBeNull();
  expect(afterReading(state, aReading(at(5), { latency: 900 }), { baselines: latency, isActing: false })).toBeNull();
});

test("whatever comes, a kind has one open anomaly at most, and the document stays small", () => {
  const value = fc.oneof(fc.constant(null), fc.double({ min: 0, max: 500, noNaN: true }));
  const minute = fc.record({
    apart: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.integer({ min: -30, max: 3_000 })),
    epoch: fc.oneof({ weight: 20, arbitrary: fc.constant("1") }, fc.constantFrom("2", "3")),
    values: fc.record({ latency: value, traffic: value, cpu: value, storage: value, deadlocks: value }),
    key: fc.constantFrom("1/1", "1/2", "1/3"),
    ms: fc.double({ min: 0, max: 5_000, noNaN: true }),
  });
  const baselines = new Map<BaselineMetric, Baseline>([
    ...latency,
    ...known("traffic", () => 100),
    ...known("cpu", () => 20),
    ...known("storage", () => 50),
    ...known("deadlocks", () => 0),
  ]);
  fc.assert(
    fc.property(fc.array(minute, { maxLength: 120 }), (minutes) => {
      let state = newDetection("shop");
      let moment = 0;
      for (const { apart, epoch, values, key, ms } of minutes) {
        moment += apart;
        const heavy = [{ key, calls: 100, meanMs: ms, allCalls: 100, share: 0.9 }];
        const reading: Reading = aReading(at(moment), values, { epoch, heavy });
        const step = afterReading(state, reading, { baselines, isActing: false });
        if (step === null) continue;
        expect(afterReading(step.next, reading, { baselines, isActing: false })).toBeNull();
        ({ next: state } = step);
        const names = state.anomalies.filter(isOpen).map(({ kind, subject }) => `${kind} ${subject}`);
        expect(new Set(names).size).toBe(names.length);
        expect(JSON.stringify(state).length).toBeLessThan(24_000);
      }
    }),
    { numRuns: 60 },
  );
});

test("an hour of nothing but noise around what is usual is never told of", () => {
  const noise = fc.array(fc.double({ min: 0.85, max: 1.15, noNaN: true }), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(noise, (factors) => {
      const minutes = factors.map((factor) => 6 * factor);
      expect(open(watch(fresh, "latency", minutes))).toEqual([]);
    }),
  );
});
