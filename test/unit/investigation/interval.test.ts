import { expect, test } from "vitest";
import type { Snapshot, StatementCounters } from "../../../shared/contracts/snapshot.ts";
import { comparable, intervalBetween } from "../../../shared/investigation/interval.ts";

const START_MS = Date.parse("2026-11-20T10:00:00.000Z");
const statement = (key: string, calls: number, meanMs: number, blocks = 0): StatementCounters => ({
  key,
  calls,
  totalMs: calls * meanMs,
  meanMs,
  stddevMs: 0,
  blocks,
  rows: calls,
  minMs: meanMs,
  maxMs: meanMs,
  tempBlocks: 0,
  blocksRead: 0,
  jitMs: null,
});
const reading = (second: number, wish: Partial<Snapshot> = {}): Snapshot => ({
  serverId: "shop",
  takenAt: new Date(START_MS + second * 1_000).toISOString(),
  epoch: "one",
  statements: [],
  database: null,
  tables: [],
  indexes: [],
  ...wish,
});

test("the newest reading is taken that is old enough, young enough and of the same counters", () => {
  const latest = reading(700);
  const earlier = [reading(699), reading(650, { epoch: "two" }), reading(640), reading(600), reading(10)];
  expect(comparable(earlier, latest)).toBe(earlier[2]);
  expect(comparable([reading(699), reading(10)], latest)).toBeNull();
});

test("what ran in between is told with its share of calls, time and blocks, the costliest first", () => {
  const first = reading(0, { statements: [statement("quick", 100, 1, 100), statement("idle", 5, 1)] });
  const second = reading(10, {
    statements: [statement("quick", 200, 1, 300), statement("slow", 10, 500, 10_000), statement("idle", 5, 1)],
  });
  const interval = intervalBetween(first, second);
  expect(interval.seconds).toBe(10);
  expect(interval.totalMs).toBe(5_100);
  expect(interval.statements).toMatchObject([
    { key: "slow", calls: 10, totalMs: 5_000, meanMs: 500, stddevMs: 0, blocksPerCall: 1_000 },
    { key: "quick", calls: 100, totalMs: 100, meanMs: 1, stddevMs: 0, blocksPerCall: 2 },
  ]);
});

test("counters that fell, as after a reset of one statement, count as nothing rather than below it", () => {
  const first = reading(0, { statements: [statement("reset", 100, 1, 100)], indexes: [{ oid: 7, scans: 9 }] });
  const second = reading(10, { statements: [statement("reset", 20, 1, 20)], indexes: [{ oid: 7, scans: 2 }] });
  const interval = intervalBetween(first, second);
  expect(interval.statements).toMatchObject([]);
  expect(interval.indexScans.get(7)).toBe(0);
});
