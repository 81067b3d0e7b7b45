// Names of the rules that people take over as they are: each leads to the playbook that looks for what it tells of.
import { expect, test } from "vitest";
import { playbooksOf } from "../../../shared/adapters/playbooks.ts";
import { choosePlaybook } from "../../../shared/core/playbook-choice.ts";

const playbooks = playbooksOf(undefined);
const chosen = (rule: string): string | undefined => choosePlaybook(playbooks, { metric: null, rule })?.name;

/** https://github.com/samber/awesome-prometheus-alerts, dist/rules/postgresql/postgres-exporter.yml, with those of its older versions. */
const AWESOME: Record<string, string> = {
  PostgresqlDown: "investigateAvailability",
  PostgresqlRestarted: "investigateAvailability",
  PostgresqlExporterError: "investigateAvailability",
  PostgresqlTableNotAutoVacuumed: "investigateBloat",
  PostgresqlTableNotAutoAnalyzed: "investigateBloat",
  PostgresqlTooManyConnections: "investigateHighConnectionCount",
  PostgresqlNotEnoughConnections: "investigateAvailability",
  PostgresqlDeadLocks: "investigateDeadlocks",
  PostgresqlHighRollbackRate: "investigateAvailability",
  PostgresqlCommitRateLow: "investigateSlowQueries",
  PostgresqlLowXidConsumption: "investigateSlowQueries",
  PostgresqlHighRateStatementTimeout: "investigateSlowQueries",
  PostgresqlHighRateDeadlock: "investigateDeadlocks",
  PostgresqlUnusedReplicationSlot: "investigateReplication",
  PostgresqlTooManyDeadTuples: "investigateBloat",
  PostgresqlConfigurationChanged: "tuneSettings",
  PostgresqlTooManyLocksAcquired: "investigateBlocking",
  "PostgresqlBloatIndexHigh(>80%)": "investigateBloat",
  "PostgresqlBloatTableHigh(>80%)": "investigateBloat",
  PostgresqlInvalidIndex: "investigateBloat",
  PostgresqlReplicationLag: "investigateReplication",
  PostgresqlSplitBrain: "investigateReplication",
  PostgresqlPromotedNode: "investigateReplication",
  PostgresqlSlowQueries: "investigateSlowQueries",
};

/** https://github.com/prometheus-community/postgres_exporter, postgres_mixin/alerts/postgres.libsonnet; the misspelling is its own. */
const MIXIN: Record<string, string> = {
  PostgreSQLMaxConnectionsReached: "investigateHighConnectionCount",
  PostgreSQLHighConnections: "investigateHighConnectionCount",
  PostgreSQLDown: "investigateAvailability",
  PostgreSQLSlowQueries: "investigateSlowQueries",
  PostgreSQLQPS: "investigateSlowQueries",
  PostgreSQLCacheHitRatio: "investigateIO",
  PostgresHasTooManyRollbacks: "investigateAvailability",
  PostgresHasHighDeadLocks: "investigateDeadlocks",
  PostgresAcquiredTooManyLocks: "investigateBlocking",
  PostgresXLOGConsumptionVeryLow: "investigateSlowQueries",
  PostgresXLOGConsumptionVeryHigh: "investigateIO",
  PostgresReplicationStopped: "investigateReplication",
  PostgresReplicationLaggingMore1Hour: "investigateReplication",
  PostgresReplicationLagBytesAreTooLarge: "investigateReplication",
  PostgresHasReplicationSlotUsed: "investigateReplication",
  PostgresReplicationIsStale: "investigateReplication",
  PostgresReplicationRoleChanged: "investigateReplication",
  PostgresHasExporterErrors: "investigateAvailability",
  PostgresHasTooManyDeadTuples: "investigateBloat",
  PostgresTablesNotVaccumed: "investigateBloat",
  PostgresTooManyCheckpointsRequested: "investigateIO",
};

/** What rules are called elsewhere, in words of one or of several. */
const OTHERS: Record<string, string> = {
  LongRunningTransaction: "investigateLongTransactions",
  "long-running statement": "investigateLongTransactions",
  BackendsWaiting: "investigateBlocking",
  PGDatabaseXidAge: "investigateWraparound",
  PGEmergencyVacuum: "investigateWraparound",
  PGXIDWraparound: "investigateWraparound",
  PGIdleTxn: "investigateLongTransactions",
  PGSequenceExhaustion: "investigateAvailability",
  ClusterLowDiskSpace: "investigateStorage",
  "Dead locks in shop": "investigateDeadlocks",
  // No "lag" in it.
  PostgresqlAgeOfOldestXid: "investigateWraparound",
};

test.each(Object.entries({ ...AWESOME, ...MIXIN, ...OTHERS }))("the rule %s is answered by %s", (rule, playbook) => {
  expect(chosen(rule)).toBe(playbook);
});

test("a rule that says nothing of what it is about is answered by the look at everything", () => {
  for (const rule of ["PostgresqlSslCompressionActive", "PostgresqlAgenda", "Odd", "PostgreSQL", ""])
    expect(chosen(rule), rule).toBe("generalMonitoring");
});

test("a word of one's own playbook with signs in it is looked for as it is", () => {
  const own = playbooks.get("investigateIO");
  if (own === undefined) throw new Error("there is no playbook for I/O");
  const mine = { ...own, name: "mine", alerts: { metrics: [], ruleWords: ["c++ (batch", "a|b c"] } };
  const known = new Map([...playbooks, ["mine", mine] as const]);
  const of = (rule: string) => choosePlaybook(known, { metric: null, rule })?.name;
  expect(of("c++(batch")).toBe("mine");
  expect(of("A|B-C")).toBe("mine");
  expect(of("a alone")).toBe("generalMonitoring");
});

test("a rule that names a playbook whose name holds another's is answered by the one that it names", () => {
  const own = playbooks.get("investigateIO");
  if (own === undefined) throw new Error("there is no playbook for I/O");
  const known = new Map([...playbooks, ["investigateIOWaits", { ...own, name: "investigateIOWaits" }] as const]);
  const of = (rule: string) => choosePlaybook(known, { metric: null, rule })?.name;
  expect(of("Scheduled check (investigateIOWaits)")).toBe("investigateIOWaits");
  expect(of("Scheduled check (investigateIO)")).toBe("investigateIO");
});
