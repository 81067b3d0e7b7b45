import { z } from "zod";
import { Id, Instant } from "./primitives.ts";

/** Cumulative counters of one statement, keyed by database, role and `queryid`. Times in ms, blocks of 8 KiB. No query text. */
export const StatementCounters = z.strictObject({
  key: z.string(),
  calls: z.number(),
  totalMs: z.number(),
  meanMs: z.number(),
  stddevMs: z.number(),
  blocks: z.number(),
  rows: z.number(),
  minMs: z.number().default(0),
  maxMs: z.number().default(0),
  /** Blocks of temporary files, read and written. */
  tempBlocks: z.number().default(0),
  blocksRead: z.number().default(0),
  /** Time spent on compiling, ms; null where the extension does not count it (before its version 1.10). */
  jitMs: z.number().nullable().default(null),
});
export type StatementCounters = z.infer<typeof StatementCounters>;

/** Cumulative counters of one table. */
export const TableCounters = z.strictObject({
  oid: z.number(),
  seqScans: z.number(),
  seqTuples: z.number(),
  indexScans: z.number(),
  inserted: z.number(),
  updated: z.number(),
  hotUpdated: z.number(),
  deleted: z.number(),
  /** Blocks of TOAST tables that were looked up. */
  toastBlocks: z.number().default(0),
  heapBlocks: z.number().default(0),
});
export type TableCounters = z.infer<typeof TableCounters>;

/** Cumulative counters of the database and of its server's checkpoints. */
export const DatabaseCounters = z.strictObject({
  deadlocks: z.number(),
  tempBytes: z.number(),
  blocksHit: z.number(),
  blocksRead: z.number(),
  commits: z.number(),
  /** Null in a reading of before they were read. */
  rollbacks: z.number().nullable().default(null),
  timedCheckpoints: z.number(),
  requestedCheckpoints: z.number(),
  /** Bytes of write-ahead log since the cluster began; null on a replica. */
  walBytes: z.number().nullable(),
});
export type DatabaseCounters = z.infer<typeof DatabaseCounters>;

/** Cumulative counters of one index. */
export const IndexCounters = z.strictObject({ oid: z.number(), scans: z.number() });
export type IndexCounters = z.infer<typeof IndexCounters>;

/** A reading keeps this many statements, the costliest. */
export const MOST_STATEMENTS = 500;

/** One reading of a server's cumulative statistics. */
export const Snapshot = z.strictObject({
  serverId: Id,
  takenAt: Instant,
  /** A reset or a restart makes counters start again: two readings compare only when this agrees. */
  epoch: z.string(),
  statements: z.array(StatementCounters),
  tables: z.array(TableCounters),
  indexes: z.array(IndexCounters),
  database: DatabaseCounters.nullable().default(null),
});
export type Snapshot = z.infer<typeof Snapshot>;
