import type { Advice } from "../advisor/advice.ts";
import type { Catalog } from "../advisor/catalog.ts";
import type { QueryProblem } from "../advisor/query-problems.ts";
import type { Activity } from "../catalogue/diagnostics/activity.ts";
import type { DatabaseFacts } from "../catalogue/diagnostics/database-facts.ts";
import type { ExtendedStatistics } from "../catalogue/diagnostics/extended-statistics.ts";
import type { ForeignKey } from "../catalogue/diagnostics/foreign-keys.ts";
import type { IndexHealth } from "../catalogue/diagnostics/index-health.ts";
import type { LockWait } from "../catalogue/diagnostics/lock-waits.ts";
import type { PartitionedTable } from "../catalogue/diagnostics/partitions.ts";
import type { PreparedTransaction } from "../catalogue/diagnostics/prepared-transactions.ts";
import type { ProgressFacts } from "../catalogue/diagnostics/progress.ts";
import type { Replica } from "../catalogue/diagnostics/replicas.ts";
import type { ReplicationSlot } from "../catalogue/diagnostics/replication-slots.ts";
import type { RoleConnections } from "../catalogue/diagnostics/role-connections.ts";
import type { SequenceFacts } from "../catalogue/diagnostics/sequences.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { ServerSetting } from "../catalogue/diagnostics/server-settings.ts";
import type { SessionFacts } from "../catalogue/diagnostics/sessions.ts";
import type { TableHealth } from "../catalogue/diagnostics/table-health.ts";
import type { Expiry } from "../contracts/baseline.ts";
import type { Rejected } from "../contracts/diagnosis.ts";
import type { Server } from "../contracts/server.ts";
import type { ServerResource } from "../contracts/server-resource.ts";
import type { StatementCounters } from "../contracts/snapshot.ts";
import type { LoadVerdict, Symptom } from "../contracts/taxonomy.ts";
import type { Interval } from "./interval.ts";
import type { ColumnPair } from "./sample-columns.ts";
import type { StatementPlan } from "./plan-statements.ts";
import type { Workload } from "./read-workload.ts";

/** What the alert complains about. */
export type Complaint = { symptom: Symptom; metric: string | null; value: number | null; threshold: number | null };

/** Everything that one investigation saw of a server. Causes are decided from it and from nothing else. */
export type Observed = {
  server: Server;
  complaint: Complaint;
  facts: ServerFacts;
  activity: Activity;
  load: LoadVerdict;
  cpuPercent: number | null;
  /** The server as Azure has it; null where its size may not be changed, or cannot be read. */
  resource: ServerResource | null;
  interval: Interval;
  basis: "last_snapshot" | "two_samples";
  /** The oldest reading that can be compared: what statements there were then. Null without one. */
  earlier: {
    at: string;
    statements: ReadonlyMap<string, StatementCounters>;
    /** Whether it holds every statement that the server knew. */
    isComplete: boolean;
  } | null;
  /** The counters began again within the last minutes. */
  wasReset: boolean;
  sessions: readonly SessionFacts[];
  /** The sessions as they were a moment earlier; null where one look was enough. */
  sessionsBefore: readonly SessionFacts[] | null;
  lockWaits: readonly LockWait[];
  tables: readonly TableHealth[];
  indexes: readonly IndexHealth[];
  prepared: readonly PreparedTransaction[];
  slots: readonly ReplicationSlot[];
  replicas: readonly Replica[];
  sequences: readonly SequenceFacts[];
  progress: readonly ProgressFacts[];
  settings: ReadonlyMap<string, ServerSetting>;
  roles: readonly RoleConnections[];
  foreignKeys: readonly ForeignKey[];
  partitions: readonly PartitionedTable[];
  extended: readonly ExtendedStatistics[];
  database: DatabaseFacts | null;
  /** Passwords of roles and the server's certificate, with their ends. */
  expiries: readonly Expiry[];
  workload: Workload;
  catalog: Catalog | null;
  advice: Advice;
  plans: ReadonlyMap<string, StatementPlan>;
  columnPairs: readonly ColumnPair[];
  planProblems: readonly QueryProblem[];
  /** What could not be looked at, and why. */
  notSeen: readonly Rejected[];
};

/** A setting's value as a number in its own unit; null where it could not be read. */
export function settingOf({ settings }: Pick<Observed, "settings">, name: string): number | null {
  const text = settings.get(name)?.setting;
  return text === undefined || text === "" ? null : Number(text);
}
