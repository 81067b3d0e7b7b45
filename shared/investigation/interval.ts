import type {
  DatabaseCounters,
  IndexCounters,
  Snapshot,
  StatementCounters,
  TableCounters,
} from "../contracts/snapshot.ts";
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
  /** Calls since the counters began, and the rows that one call gives or touches. */
  allCalls: number;
  rowsPerCall: number;
  tempBlocksPerCall: number;
  readsPerCall: number;
  minMs: number;
  maxMs: number;
  /** The share of its time that went into compiling; null where that is not counted. */
  jitShare: number | null;
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
  database: DatabaseCounters | null;
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
    database: databaseDelta(first.database, second.database),
  };
}

const NOTHING = {
  calls: 0,
  totalMs: 0,
  meanMs: 0,
  stddevMs: 0,
  blocks: 0,
  rows: 0,
  tempBlocks: 0,
  blocksRead: 0,
  jitMs: 0,
};

function statementDelta(before: StatementCounters | undefined, after: StatementCounters): StatementDelta {
  const first = before ?? NOTHING;
  const moments = momentsBetween(asMoments(first), asMoments(after));
  const totalMs = Math.max(0, after.totalMs - first.totalMs);
  const perCall = (field: "blocks" | "rows" | "tempBlocks" | "blocksRead"): number =>
    moments.calls > 0 ? Math.max(0, after[field] - first[field]) / moments.calls : 0;
  return {
    key: after.key,
    calls: moments.calls,
    totalMs,
    meanMs: moments.mean,
    stddevMs: moments.stddev,
    blocksPerCall: perCall("blocks"),
    allCalls: after.calls,
    rowsPerCall: perCall("rows"),
    tempBlocksPerCall: perCall("tempBlocks"),
    readsPerCall: perCall("blocksRead"),
    minMs: after.minMs,
    maxMs: after.maxMs,
    jitShare: after.jitMs === null || totalMs === 0 ? null : Math.max(0, after.jitMs - (first.jitMs ?? 0)) / totalMs,
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
        toastBlocks: since("toastBlocks"),
        heapBlocks: since("heapBlocks"),
      };
      return [table.oid, delta];
    }),
  );
}

function indexDeltas(first: readonly IndexCounters[], second: readonly IndexCounters[]): Map<number, number> {
  const known = new Map(first.map(({ oid, scans }) => [oid, scans]));
  return new Map(second.map(({ oid, scans }) => [oid, Math.max(0, scans - (known.get(oid) ?? 0))]));
}

function databaseDelta(first: DatabaseCounters | null, second: DatabaseCounters | null): DatabaseCounters | null {
  if (first === null || second === null) return null;
  const since = (field: Exclude<keyof DatabaseCounters, "walBytes" | "rollbacks">): number =>
    Math.max(0, second[field] - first[field]);
  return {
    deadlocks: since("deadlocks"),
    tempBytes: since("tempBytes"),
    blocksHit: since("blocksHit"),
    blocksRead: since("blocksRead"),
    commits: since("commits"),
    rollbacks: null,
    timedCheckpoints: since("timedCheckpoints"),
    requestedCheckpoints: since("requestedCheckpoints"),
    walBytes: first.walBytes === null || second.walBytes === null ? null : second.walBytes - first.walBytes,
  };
}
