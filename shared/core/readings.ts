import type { HeavyStatement, Reading } from "../contracts/baseline.ts";
import { MOST_STATEMENTS, type Snapshot, type StatementCounters } from "../contracts/snapshot.ts";
import { MINUTE_MS, msBetween, SECOND_MS } from "./time.ts";

/** Snapshots are a minute apart; nearer ones say too little, and farther ones would mix what a minute is with what ten are. */
const SHORTEST_MS = 20 * SECOND_MS;
const LONGEST_MS = 3 * MINUTE_MS;
/** A mean over fewer calls, or a share of fewer transactions, is an accident. */
const LEAST_CALLS = 20;
const LEAST_TRANSACTIONS = 20;
/** So many statements of a minute are looked at one by one, each with at least this share of the time. */
const MOST_HEAVY = 5;
const HEAVY_SHARE = 0.2;

/** What a reading needs besides counters; null where it cannot be known. */
export type Gauges = {
  connections: number | null;
  maxConnections: number | null;
  cpu: number | null;
  memory: number | null;
  storage: number | null;
};

/**
 * What the minute before a snapshot came to. `earlier` is the snapshot before it; without one, or where the counters began again in between,
 * what is counted is unknown and what is gauged is not.
 */
export function readingOf(earlier: Snapshot | null, latest: Snapshot, gauges: Gauges): Reading {
  const { connections, maxConnections, cpu, memory, storage } = gauges;
  const counted = earlier === null || !areComparable(earlier, latest) ? UNKNOWN : countedBetween(earlier, latest);
  return {
    at: latest.takenAt,
    epoch: latest.epoch,
    values: {
      ...counted.values,
      connections:
        connections === null || maxConnections === null || maxConnections <= 0
          ? null
          : (connections / maxConnections) * 100,
      cpu,
      memory,
      storage,
    },
    heavy: counted.heavy,
    maxConnections,
  };
}

function areComparable(earlier: Snapshot, latest: Snapshot): boolean {
  const apart = msBetween(earlier.takenAt, latest.takenAt);
  return earlier.epoch === latest.epoch && apart >= SHORTEST_MS && apart <= LONGEST_MS;
}

type Counted = {
  values: Record<"latency" | "traffic" | "errors" | "deadlocks", number | null>;
  heavy: HeavyStatement[];
};
const UNKNOWN: Counted = { values: { latency: null, traffic: null, errors: null, deadlocks: null }, heavy: [] };

function countedBetween(earlier: Snapshot, latest: Snapshot): Counted {
  const seconds = msBetween(earlier.takenAt, latest.takenAt) / SECOND_MS;
  const deltas = statementDeltas(earlier, latest);
  // Counters that went back were evicted or reset one by one: nobody knows what they would be.
  if (deltas === null) return UNKNOWN;
  const calls = deltas.reduce((sum, one) => sum + one.calls, 0);
  const totalMs = deltas.reduce((sum, one) => sum + one.totalMs, 0);
  const knowsStatements = latest.statements.length > 0;
  return {
    values: {
      latency: calls >= LEAST_CALLS ? totalMs / calls : null,
      traffic: knowsStatements ? calls / seconds : null,
      ...transactionsBetween(earlier, latest, seconds),
    },
    heavy: heavyOf(deltas, totalMs),
  };
}

type Delta = { key: string; calls: number; totalMs: number; allCalls: number };

/**
 * What each statement did in between; null when counters went back. A snapshot that is full leaves cheap statements out: one that comes into
 * it would bring all its past as if it had been this minute's.
 */
function statementDeltas(earlier: Snapshot, latest: Snapshot): Delta[] | null {
  const known = new Map(earlier.statements.map((one) => [one.key, one]));
  const isWhole = earlier.statements.length < MOST_STATEMENTS;
  const deltas: Delta[] = [];
  for (const after of latest.statements) {
    const before: Pick<StatementCounters, "calls" | "totalMs"> | null =
      known.get(after.key) ?? (isWhole ? { calls: 0, totalMs: 0 } : null);
    if (before === null) continue;
    const calls = after.calls - before.calls;
    const totalMs = after.totalMs - before.totalMs;
    if (calls < 0 || totalMs < 0) return null;
    if (calls > 0) deltas.push({ key: after.key, calls, totalMs, allCalls: after.calls });
  }
  return deltas;
}

function transactionsBetween(
  { database: before }: Snapshot,
  { database: after }: Snapshot,
  seconds: number,
): Record<"errors" | "deadlocks", number | null> {
  if (before === null || after === null) return { errors: null, deadlocks: null };
  const deadlocks = after.deadlocks - before.deadlocks;
  const commits = after.commits - before.commits;
  const rollbacks = before.rollbacks === null || after.rollbacks === null ? null : after.rollbacks - before.rollbacks;
  // The database's counters have a reset of their own.
  if (commits < 0 || deadlocks < 0 || (rollbacks ?? 0) < 0) return { errors: null, deadlocks: null };
  const transactions = commits + (rollbacks ?? 0);
  return {
    errors: rollbacks === null || transactions < LEAST_TRANSACTIONS ? null : (rollbacks / transactions) * 100,
    deadlocks: (deadlocks / seconds) * 60,
  };
}

const heavyOf = (deltas: readonly Delta[], allMs: number): HeavyStatement[] =>
  deltas
    .map(({ totalMs, ...delta }) => ({ ...delta, totalMs, share: totalMs / Math.max(allMs, 1e-9) }))
    .filter(({ share }) => share >= HEAVY_SHARE)
    .toSorted((a, b) => b.share - a.share || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_HEAVY)
    .map(({ key, calls, totalMs, allCalls, share }) => ({ key, calls, meanMs: totalMs / calls, allCalls, share }));
