import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type DatabaseCounters,
  MOST_STATEMENTS,
  Snapshot,
  StatementCounters,
} from "../../../shared/contracts/snapshot.ts";
import { type Gauges, readingOf } from "../../../shared/core/readings.ts";
import { later, MINUTE_MS } from "../../../shared/core/time.ts";
import { NOW } from "../../support/incidents.ts";

const UNKNOWN: Gauges = { connections: null, maxConnections: null, cpu: null, memory: null, storage: null };
const aStatement = (key: string, calls: number, totalMs: number): StatementCounters =>
  StatementCounters.parse({ key, calls, totalMs, meanMs: 0, stddevMs: 0, blocks: 0, rows: 0 });
const aDatabase = (wish: Partial<DatabaseCounters> = {}): DatabaseCounters => ({
  deadlocks: 0,
  tempBytes: 0,
  blocksHit: 0,
  blocksRead: 0,
  commits: 0,
  rollbacks: 0,
  timedCheckpoints: 0,
  requestedCheckpoints: 0,
  walBytes: null,
  ...wish,
});
const aSnapshot = (minute: number, wish: Partial<Snapshot> = {}): Snapshot => ({
  serverId: "shop",
  takenAt: later(NOW, minute * MINUTE_MS).toISOString(),
  epoch: "1",
  statements: [],
  tables: [],
  indexes: [],
  database: null,
  ...wish,
});
const first = aSnapshot(0, {
  statements: [aStatement("1/1", 100, 1_000), aStatement("1/2", 10, 500)],
  database: aDatabase({ commits: 1_000, rollbacks: 10, deadlocks: 3 }),
});
const second = aSnapshot(1, {
  statements: [aStatement("1/1", 400, 1_600), aStatement("1/2", 20, 2_500)],
  database: aDatabase({ commits: 1_090, rollbacks: 20, deadlocks: 5 }),
});

test("a minute is the difference of two snapshots: the time is weighted by calls", () => {
  const { values, heavy } = readingOf(first, second, { ...UNKNOWN, connections: 20, maxConnections: 80, cpu: 41 });
  expect(values["latency"]).toBeCloseTo(2_600 / 310);
  expect(values["traffic"]).toBeCloseTo(310 / 60);
  expect(values["errors"]).toBe(10);
  expect(values["deadlocks"]).toBe(2);
  expect(values["connections"]).toBe(25);
  expect(values["cpu"]).toBe(41);
  expect(heavy).toEqual([
    { key: "1/2", calls: 10, meanMs: 200, allCalls: 20, share: 2_000 / 2_600 },
    { key: "1/1", calls: 300, meanMs: 2, allCalls: 400, share: 600 / 2_600 },
  ]);
});

describe("what cannot be known is null, never 0", () => {
  const counted = ["latency", "traffic", "errors", "deadlocks"] as const;
  const expectUnknown = (earlier: Snapshot | null, latest: Snapshot): void => {
    const { values } = readingOf(earlier, latest, UNKNOWN);
    for (const metric of counted) expect(values[metric], metric).toBeNull();
  };
  test("without a snapshot before", () => expectUnknown(null, second));
  test("after a restart or a reset", () => expectUnknown({ ...first, epoch: "0" }, second));
  test("over a gap", () => expectUnknown(first, { ...second, takenAt: aSnapshot(4).takenAt }));
  test("where both are of about the same moment", () =>
    expectUnknown(first, { ...second, takenAt: later(NOW, 5_000).toISOString() }));
  test("where the clock went back", () => expectUnknown(first, { ...second, takenAt: aSnapshot(-1).takenAt }));
  test("where a statement's counters went back", () =>
    expectUnknown(first, { ...second, statements: [aStatement("1/1", 5, 1)] }));
  test("what Azure does not say", () => {
    const { values } = readingOf(first, second, UNKNOWN);
    for (const metric of ["cpu", "memory", "storage", "connections"]) expect(values[metric], metric).toBeNull();
  });
  test("a share of few transactions, and a mean of few calls", () => {
    const quiet = aSnapshot(1, {
      statements: [aStatement("1/1", 105, 1_005), aStatement("1/2", 10, 500)],
      database: aDatabase({ commits: 1_005, rollbacks: 12, deadlocks: 3 }),
    });
    expect(readingOf(first, quiet, UNKNOWN).values).toMatchObject({ latency: null, errors: null, deadlocks: 0 });
  });
  test("where the database's own counters were reset", () => {
    const reset = { ...second, database: aDatabase({ commits: 5 }) };
    expect(readingOf(first, reset, UNKNOWN).values).toMatchObject({ errors: null, deadlocks: null });
  });
  test("errors, where the snapshot before is of a version that did not read roll-backs", () => {
    const { rollbacks: _, ...older } = aDatabase({ commits: 1_000 });
    const earlier = Snapshot.parse({ ...first, database: older });
    expect(readingOf(earlier, second, UNKNOWN).values).toMatchObject({ errors: null, deadlocks: 5 });
  });
});

test("a statement that comes into a full snapshot does not bring all its past", () => {
  const cheap = Array.from({ length: MOST_STATEMENTS }, (_, index) => aStatement(`2/${index}`, 100, 100));
  const full = aSnapshot(0, { statements: cheap });
  const next = aSnapshot(1, {
    statements: [aStatement("1/9", 1e6, 1e9), ...cheap.map((one) => ({ ...one, calls: 101 }))],
  });
  expect(readingOf(full, next, UNKNOWN).values["traffic"]).toBeCloseTo(MOST_STATEMENTS / 60);
});

test("whatever the counters are, a figure is a number that may be, or null", () => {
  const counters = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(), fc.nat()), { maxLength: 10 });
  const snapshot = fc.tuple(counters, fc.nat(), fc.nat(), fc.nat(), fc.integer({ min: -5, max: 5 }));
  const made = ([list, commits, rollbacks, deadlocks, minute]: [
    [number, number, number][],
    number,
    number,
    number,
    number,
  ]) =>
    aSnapshot(minute, {
      statements: [...new Map(list.map(([key, calls, ms]) => [key, aStatement(`1/${key}`, calls, ms)])).values()],
      database: aDatabase({ commits, rollbacks, deadlocks }),
    });
  fc.assert(
    fc.property(snapshot, snapshot, (a, b) => {
      const { values } = readingOf(made(a), made(b), { ...UNKNOWN, connections: 3, maxConnections: 0 });
      for (const value of Object.values(values))
        expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
      expect(values["errors"] ?? 0).toBeLessThanOrEqual(100);
    }),
  );
});
