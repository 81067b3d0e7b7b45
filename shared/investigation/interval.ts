import type { IndexCounters, Snapshot, StatementCounters, TableCounters } from "../contracts/snapshot.ts";
import { momentsBetween } from "../core/statistics.ts";
import { msBetween } from "../core/time.ts";

/** A snapshot younger than this says too little; an older one says too much of the past. */
const YOUNGEST_MS = 3_000;
const OLDEST_MS = 10 * 60_000;

/** The newest earlier reading that the new one can be compared with: same counters, neither too fresh nor stale. */
export function comparable(earlier: readonly Snapshot[], latest: Snapshot): Snapshot | null {
  const fitting = earlier.find(({ takenAt, epoch }) => {
    const age = msBetween(takenAt, latest.takenAt);
    return epoch === latest.epoch && age >= YOUNGEST_MS && age <= OLDEST_MS;
  });
  return fitting ?? null;
}

export type StatementDelta = {
  key: string;
  calls: number;
  totalMs: number;
  meanMs: number;
  stddevMs: number;
  blocksPerCall: number;
};
export type Interval = {
  from: string;
  to: string;
  seconds: number;
  /** Statements that ran in the interval, the costliest first. */
  statements: StatementDelta[];
  totalMs: number;
  tables: Map<number, TableCounters>;
  indexScans: Map<number, number>;
};

/** What happened between two readings. A counter that is missing in the first began in the interval. */
export function intervalBetween(first: Snapshot, second: Snapshot): Interval {
  const known = new Map(first.statements.map((statement) => [statement.key, statement]));
  const statements = second.statements
    .map((statement) => statementDelta(known.get(statement.key), statement))
    .filter(({ calls }) => calls > 0)
    .sort((a, b) => b.totalMs - a.totalMs || (a.key < b.key ? -1 : 1));
  return {
    from: first.takenAt,
    to: second.takenAt,
    seconds: msBetween(first.takenAt, second.takenAt) / 1000,
    statements,
    totalMs: statements.reduce((sum, { totalMs }) => sum + totalMs, 0),
    tables: tableDeltas(first.tables, second.tables),
    indexScans: indexDeltas(first.indexes, second.indexes),
  };
}

const NOTHING = { calls: 0, totalMs: 0, meanMs: 0, stddevMs: 0, blocks: 0 };

function statementDelta(before: StatementCounters | undefined, after: StatementCounters): StatementDelta {
  const first = before ?? NOTHING;
  const moments = momentsBetween(asMoments(first), asMoments(after));
  return {
    key: after.key,
    calls: moments.calls,
    totalMs: Math.max(0, after.totalMs - first.totalMs),
    meanMs: moments.mean,
    stddevMs: moments.stddev,
    blocksPerCall: moments.calls > 0 ? Math.max(0, after.blocks - first.blocks) / moments.calls : 0,
  };
}

const asMoments = ({ calls, meanMs, stddevMs }: { calls: number; meanMs: number; stddevMs: number }) => ({
  calls,
  mean: meanMs,
  stddev: stddevMs,
});

function tableDeltas(first: readonly TableCounters[], second: readonly TableCounters[]): Map<number, TableCounters> {
  const known = new Map(first.map((table) => [table.oid, table]));
  return new Map(
    second.map((table) => {
      const before = known.get(table.oid);
      const since = (field: keyof TableCounters): number => Math.max(0, table[field] - (before?.[field] ?? 0));
      const delta: TableCounters = {
        oid: table.oid,
        seqScans: since("seqScans"),
        seqTuples: since("seqTuples"),
        indexScans: since("indexScans"),
        inserted: since("inserted"),
        updated: since("updated"),
        hotUpdated: since("hotUpdated"),
        deleted: since("deleted"),
      };
      return [table.oid, delta];
    }),
  );
}

function indexDeltas(first: readonly IndexCounters[], second: readonly IndexCounters[]): Map<number, number> {
  const known = new Map(first.map(({ oid, scans }) => [oid, scans]));
  return new Map(second.map(({ oid, scans }) => [oid, Math.max(0, scans - (known.get(oid) ?? 0))]));
}
