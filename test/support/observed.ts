// What an investigation saw of a server, made by hand: nothing, and what matters to the test.
import type { SessionFacts } from "../../shared/catalogue/diagnostics/sessions.ts";
import type { StatementDelta } from "../../shared/investigation/interval.ts";
import type { Observed } from "../../shared/investigation/observed.ts";
import { emptyWorkload } from "../../shared/investigation/read-workload.ts";

const FROM = "2026-11-20T10:00:00.000Z";
const TO = "2026-11-20T10:00:10.000Z";
const SECONDS = 10;

/** `cores` are kept busy by that many statements, all of them alike and all of them with the plan that they need. */
export type ObservedWish = Partial<Observed> & { cores?: number; statements?: number };

/** A server with one vCore that did nothing for ten seconds, and what the wish says. */
export function anObserved({ cores = 0, statements = 0, ...wish }: ObservedWish = {}): Observed {
  const totalMs = cores * SECONDS * 1_000;
  const deltas = Array.from({ length: statements }, (_, at) => aDelta(`0/${at}`, totalMs / statements));
  return {
    server: {
      serverId: "shop",
      displayName: "Shop",
      resourceId: "/shop",
      environment: "production",
      tier: "standard",
      enabled: true,
      vCores: 1,
      mayScale: false,
      detection: true,
      schemas: ["public"],
      connection: { kind: "url", urlSetting: "URL" },
      registeredAt: FROM,
    },
    complaint: { symptom: "cpu", metric: "cpu_percent", value: 96, threshold: 80 },
    facts: {
      version: 180_000,
      database: "shop",
      is_in_recovery: false,
      statements_schema: "public",
      statements_version: 112,
      sees_all: true,
      started_at: FROM,
      now: TO,
      max_connections: 100,
    },
    activity: {
      active: 0,
      waiting_for_locks: 0,
      connections: 5,
      oldest_transaction_seconds: 0,
      idle_in_transaction: 0,
    },
    load: "clear",
    cpuPercent: null,
    resource: null,
    interval: {
      from: FROM,
      to: TO,
      seconds: SECONDS,
      statements: deltas,
      totalMs,
      tables: new Map(),
      indexScans: new Map(),
      database: null,
    },
    basis: "last_snapshot",
    earlier: null,
    wasReset: false,
    sessions: [],
    sessionsBefore: null,
    lockWaits: [],
    tables: [],
    indexes: [],
    prepared: [],
    expiries: [],
    slots: [],
    replicas: [],
    sequences: [],
    progress: [],
    settings: new Map(),
    roles: [],
    foreignKeys: [],
    partitions: [],
    extended: [],
    database: null,
    workload: {
      ...emptyWorkload(),
      statements: deltas.map(({ key, totalMs: one }) => ({
        key,
        query: "select 1",
        syntax: { kind: "SelectStmt", fields: {} },
        totalMs: one,
      })),
    },
    catalog: null,
    advice: { choice: null, chosen: [], rejected: [], unplanned: [], problems: [], costs: [], explains: 0 },
    plans: new Map(),
    columnPairs: [],
    planProblems: [],
    notSeen: [],
    ...wish,
  };
}

const aDelta = (key: string, totalMs: number): StatementDelta => ({
  key,
  calls: 100,
  totalMs,
  meanMs: totalMs / 100,
  stddevMs: 0,
  blocksPerCall: 10,
  allCalls: 1_000,
  rowsPerCall: 1,
  tempBlocksPerCall: 0,
  readsPerCall: 0,
  minMs: totalMs / 100,
  maxMs: totalMs / 100,
  jitShare: null,
});

/** A session that has idled in its transaction for two minutes. */
export const anIdleSession = (wish: Partial<SessionFacts> = {}): SessionFacts => ({
  pid: 7,
  backend_start: "2026-11-20T09:00:00.000Z",
  xact_start: "2026-11-20T09:58:00.000Z",
  role: "app",
  is_superuser: false,
  application: "shop",
  database: "shop",
  is_here: true,
  backend_type: "client backend",
  state: "idle in transaction",
  wait_event_type: "Client",
  wait_event: "ClientRead",
  transaction_seconds: 120,
  statement_seconds: 120,
  state_seconds: 120,
  horizon_age: null,
  has_transaction_id: false,
  command: "SELECT",
  blocked_by: [],
  ...wish,
});
