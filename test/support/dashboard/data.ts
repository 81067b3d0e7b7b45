import type { Insight } from "../../../shared/contracts/diagnostic-run.ts";
// Documents as the API answers with, for the screens' tests. Every one is parsed with its contract, so none can drift from it.
import {
  IncidentDetail,
  type IncidentSummary,
  type ServerView,
  type TimelineRow,
} from "../../../shared/contracts/api.ts";
import type { BaselinesView } from "../../../shared/contracts/baseline.ts";
import type { DeadLetterView } from "../../../shared/contracts/dead-letter.ts";
import type { Graduation } from "../../../shared/contracts/autonomy.ts";
import type { Diagnosis } from "../../../shared/contracts/diagnosis.ts";
import { Instruction, type InstructionTerms } from "../../../shared/contracts/instruction.ts";
import type { Actor } from "../../../shared/contracts/primitives.ts";
import type { Playbook } from "../../../shared/contracts/playbook.ts";
import type { ScheduleView } from "../../../shared/contracts/schedule.ts";
import type { ServerReport } from "../../../shared/contracts/server-report.ts";
import type { ProposedAction } from "../../../shared/contracts/proposal.ts";

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/** The moment so many milliseconds from now; negative is the past. */
export const fromNow = (ms: number): string => new Date(Date.now() + ms).toISOString();
const digestOf = (digit: string): string => digit.repeat(64);

export const ada: Actor = { kind: "person", userId: "ada", name: "Ada" };
const pgmedic: Actor = { kind: "pgmedic" };

export const aServer = (changes: Partial<ServerView> = {}): ServerView => ({
  serverId: "shop",
  displayName: "Shop database",
  resourceId: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop",
  environment: "production",
  tier: "standard",
  enabled: true,
  vCores: 2,
  mayScale: false,
  detection: true,
  schemas: ["public"],
  connection: {
    kind: "roles",
    host: "shop.postgres.database.azure.com",
    port: 5432,
    database: "shop",
    tls: "verify-full",
    investigator: { kind: "entra", user: "pgmedic_investigator" },
    executor: { kind: "entra", user: "pgmedic_executor" },
  },
  registeredAt: fromNow(-30 * DAY_MS),
  automation: { levels: { indexes: 4, sessions: 2 }, by: "Ada", at: fromNow(-DAY_MS) },
  lock: null,
  instructions: [],
  activeIncidentIds: [],
  lastSnapshotAt: fromNow(-20 * SECOND_MS),
  ...changes,
});

/** What is usual on a server that is as usual. */
export const aBaselinesView = (serverId = "shop", changes: Partial<BaselinesView> = {}): BaselinesView => ({
  serverId,
  state: "watching",
  readAt: fromNow(-20 * SECOND_MS),
  hours: 900,
  hoursNeeded: 72,
  metrics: [
    {
      metric: "latency",
      unit: "ms",
      value: 6.4,
      usual: 6.1,
      limit: 18.3,
      sigmas: 0.2,
      level: "hourOfWeek",
      hours: 900,
      day: Array.from({ length: 24 }, (_, hour) => 4 + hour / 10),
    },
  ],
  projection: null,
  anomalies: [],
  ...changes,
});

/** A record that has opened the gate. */
export const aGraduation = (changes: Partial<Graduation> = {}): Graduation => ({
  phase: "autonomous",
  since: fromNow(-2 * DAY_MS),
  evaluatedAt: fromNow(-60 * SECOND_MS),
  criteria: [
    { id: "accuracy", observed: 0.96, required: 0.9, holds: true, basis: "24 of 25 judged actions helped" },
    { id: "destructive", observed: 0, required: 0, holds: true, basis: "0 in 90 days" },
    {
      id: "autonomous",
      observed: 1,
      required: 0.95,
      holds: true,
      basis: "21 of 21 Sev3–4 incidents without a person helped",
    },
    {
      id: "coverage",
      observed: null,
      required: 0.3,
      holds: false,
      basis: "0 of 0 enabled servers have a judged action",
    },
    { id: "soak", observed: 2, required: 7, holds: false, basis: `since ${fromNow(-2 * DAY_MS)}` },
    {
      id: "foresight",
      observed: 1,
      required: 0.95,
      holds: false,
      basis: "3 of 3 judged actions ahead of alerts helped; it takes 20 to tell",
    },
  ],
  history: [{ at: fromNow(-2 * DAY_MS), from: "assist", to: "autonomous", because: "every figure of the gate holds" }],
  ...changes,
});

export const aPlaybook = (changes: Partial<Playbook> = {}): Playbook => ({
  name: "generalMonitoring",
  title: "A general look",
  description: "Looks at everything.",
  alerts: { metrics: [], ruleWords: [] },
  symptom: "any",
  diagnostics: ["activity"],
  causes: ["missing_index"],
  drillDown: [],
  ...changes,
});

export const aSchedule = (changes: Partial<ScheduleView> = {}): ScheduleView => ({
  scheduleId: "daily",
  serverId: "shop",
  playbook: "dailySummary",
  cadence: { kind: "cron", expression: "0 6 * * *" },
  enabled: true,
  setBy: ada,
  setAt: fromNow(-3 * DAY_MS),
  nextAt: fromNow(DAY_MS / 4),
  intervalMinutes: 15,
  runs: [
    {
      at: fromNow(-DAY_MS / 2),
      incidentId: "inc-0",
      said: "looked at",
      state: "dismissed",
      verdict: "healthy",
      path: "noAction",
      summary: "Nothing stands out.",
    },
  ],
  ...changes,
});

export const terms = (changes: Partial<InstructionTerms> = {}): InstructionTerms => ({
  kind: "create_index",
  scope: { serverId: "shop", database: "shop", schema: "public", table: null },
  maxTableBytes: 4 * 1024 ** 3,
  window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "00:00" },
  maxPerDay: 3,
  expiresAt: fromNow(30 * DAY_MS),
  ...changes,
});

export const anInstruction = (changes: Partial<Instruction> = {}): Instruction =>
  Instruction.parse({
    ...terms(),
    instructionId: "ins-4f1c0a92b7d35e6841aa",
    summary:
      "PgMedic may create an index on any table of schema public in database shop up to 4 GB, at any time, at most 3 times a day.",
    createdBy: ada,
    createdAt: fromNow(-3600 * SECOND_MS),
    incidentId: "inc-1",
    revoked: null,
    ...changes,
  });

export const anInsight = (): Insight => ({
  insightId: "insight-1",
  actionId: "table-health",
  title: "How the tables are kept",
  parameters: {},
  outcome: "answered",
  because: null,
  load: "clear",
  rows: [{ table: "orders", dead_rows: 1_204, live_rows: 2_000_000 }],
  rowCount: 1,
  nextActions: [],
  by: ada,
  at: fromNow(-2 * SECOND_MS),
});

const QUERY =
  "select id, status, total, created_at from orders where customer_id = $1 order by created_at desc limit 20";

export const aProposal = (changes: Partial<ProposedAction> = {}): ProposedAction => ({
  proposalId: "prop-1",
  round: 1,
  hash: digestOf("a"),
  action: {
    kind: "create_index",
    parameters: {
      schema: "public",
      table: "orders",
      name: "idx_orders_customer_id",
      method: "btree",
      keys: [{ column: "customer_id", direction: "asc" }],
      where: [],
      include: [],
    },
  },
  statement: "CREATE INDEX CONCURRENTLY idx_orders_customer_id ON public.orders(customer_id)",
  inverse: {
    action: {
      kind: "drop_index",
      parameters: { schema: "public", table: "orders", name: "idx_orders_customer_id", definition: null },
    },
    statement: "DROP INDEX CONCURRENTLY public.idx_orders_customer_id",
  },
  riskClass: "R2",
  blastRadius: {
    database: "shop",
    relation: "public.orders",
    relationOid: 16_402,
    tableBytes: 182_000_000,
    tableRows: 2_000_000,
    estimatedBytes: 14_300_000,
    lock: "SHARE UPDATE EXCLUSIVE: reads and writes go on, other DDL on the table waits",
    note: "Writes to orders keep one more index; 4.2 written rows a second were seen.",
  },
  preconditions: [
    { id: "columns-exist", label: "The table has the columns", holds: true, observed: "all there" },
    { id: "no-such-index", label: "No valid index begins with them", holds: true, observed: "none" },
    { id: "no-invalid-index", label: "The table has no invalid index of somebody else", holds: true, observed: "none" },
  ],
  targets: [
    {
      queryId: "-4418820338123047717",
      query: QUERY,
      callsPerSecond: 38.4,
      meanMs: 93.7,
      blocksPerCall: 22_224,
      shareOfTime: 0.97,
      before: {
        cost: 34_120.4,
        text: "Limit  (cost=34120.21..34122.54 rows=20)\n  ->  Gather Merge  (cost=34120.21..34122.54 rows=20)\n        ->  Sort  (cost=33120.19..33120.21 rows=8)\n              Sort Key: created_at DESC\n              ->  Parallel Seq Scan on orders  (cost=0.00..33120.07 rows=8)\n                    Filter: (customer_id = $1)",
      },
      after: {
        cost: 84.6,
        text: "Limit  (cost=84.55..84.60 rows=20)\n  ->  Sort  (cost=84.55..84.60 rows=20)\n        Sort Key: created_at DESC\n        ->  Index Scan using idx_orders_customer_id on orders  (cost=0.43..84.12 rows=20)\n              Index Cond: (customer_id = $1)",
      },
    },
  ],
  whatIf: { before: 34_120.4, after: 84.6, method: "planner clone with the server's statistics" },
  expected: { metric: "blocks read per call", from: 22_224, to: 55.1 },
  judgedBy: { basis: "statements", figure: "blocksPerCall" },
  approvalsNeeded: 1,
  minimumGain: 0.5,
  catalogFingerprint: digestOf("c"),
  evidenceIds: ["statement-1", "table-reads", "no-index", "what-if"],
  migration:
    "-- Outside a transaction: a concurrent build cannot run in one.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_customer_id ON public.orders(customer_id);\n",
  proposedAt: fromNow(-8 * SECOND_MS),
  expiresAt: fromNow(6 * DAY_MS),
  ...changes,
});

const aDiagnosis = (): Diagnosis => ({
  verdict: "cause",
  cause: "missing_index",
  summary: "orders is read from end to end because no index begins with customer_id: 97 % of the statement time.",
  severity: "Sev2",
  load: "busy",
  interval: { basis: "last_snapshot", from: fromNow(-70 * SECOND_MS), to: fromNow(-10 * SECOND_MS) },
  findings: [
    {
      id: "finding-1",
      stance: "for",
      statement: "A few statements on orders take most of the statement time.",
      evidenceIds: ["statement-time", "statement-1"],
    },
    {
      id: "finding-2",
      stance: "for",
      statement: "orders is read from end to end, and no index begins with customer_id.",
      evidenceIds: ["table-reads", "no-index"],
    },
    {
      id: "finding-3",
      stance: "for",
      statement: "The server's own planner rules choose the index as soon as it is there.",
      evidenceIds: ["what-if"],
    },
    {
      id: "finding-4",
      stance: "against",
      statement: "The table takes 4.2 written rows a second, which the index slows a little.",
      evidenceIds: ["table-reads"],
    },
  ],
  evidence: [
    {
      id: "statement-time",
      source: "pg_stat_statements",
      summary: "Statements took 58,312 ms in 60 s.",
      facts: { totalMs: 58_312, seconds: 60, statements: 11 },
    },
    {
      id: "statement-1",
      source: "pg_stat_statements",
      summary: "2,304 calls of 93.7 ms, 22,224 blocks each: 97 % of the time.",
      facts: { queryId: "5/10/-4418820338123047717", calls: 2304, meanMs: 93.7, share: 0.97 },
    },
    {
      id: "table-reads",
      source: "pg_stat_user_tables",
      summary: "orders was read from end to end 2,304 times, 4,608,000,000 rows in all.",
      facts: { table: "orders", seqScans: 2304, rows: 2_000_000 },
    },
    {
      id: "no-index",
      source: "pg_index",
      summary: "None of the 1 indexes of orders begins with customer_id.",
      facts: { indexes: 1, columns: "customer_id" },
    },
    {
      id: "what-if",
      source: "planner_clone",
      summary: "With the index the plan costs 85 instead of 34,120.",
      facts: { before: 34_120.4, after: 84.6, indexBytes: 14_300_000 },
    },
  ],
  causes: [
    {
      cause: "missing_index",
      subject: "index public.orders(customer_id)",
      table: "public.orders",
      statement: "orders is read from end to end because no index begins with customer_id.",
      impact: 0.97,
      action: "create_index",
      recommendation: "Create an index on public.orders(customer_id).",
    },
  ],
  nextActions: [],
  playbook: "investigateHighCPU",
  followed: { name: "investigateHighCPU", origin: "edited", version: 3, digest: "a".repeat(64) },
  notSeen: [],
  recalled: [
    {
      incidentId: "inc-0",
      at: fromNow(-12 * DAY_MS),
      outcome: "helped",
      similarity: 0.484,
      because: `The same cause on the same table on ${fromNow(-12 * DAY_MS).slice(0, 10)}: create index on public.orders(product_id) helped, 206 ms → 0.12 ms.`,
    },
    {
      incidentId: "inc-00",
      at: fromNow(-40 * DAY_MS),
      outcome: "takenBack",
      similarity: 0.226,
      because: `The same cause on this server on ${fromNow(-40 * DAY_MS).slice(0, 10)}: create index on public.items(status) did not help and was taken back, 18 ms → 19 ms.`,
    },
  ],
  lasting: "This came 3 times in the last 7 days, and nothing that was done lasted.",
  rejected: [
    {
      what: "index orders(customer_id, created_at desc)",
      because: "saves no more than orders(customer_id) does, and is 43 % larger",
    },
    { what: "index orders(created_at desc, customer_id)", because: "its first column is not compared with a value" },
  ],
  confidence: { self: 0.97, validator: 0.1, retrieval: 0.886, evidence: 1, composite: 0.736 },
  secondOpinion: {
    outcome: "given",
    model: "gpt",
    agrees: false,
    cause: "none",
    confidence: 0.8,
    because: "The figures would fit a report that somebody runs <script>alert(1)</script>.",
    questionDigest: digestOf("7"),
    ms: 900,
    at: fromNow(-100 * SECOND_MS),
  },
  cost: { statements: 12, totalMs: 41.3, buffers: 1204 },
  durationMs: 812,
  diagnosedAt: fromNow(-9 * SECOND_MS),
});

/** An incident that waits for a decision. */
export const anIncident = (changes: Partial<IncidentDetail> = {}): IncidentDetail =>
  IncidentDetail.parse({
    incidentId: "inc-1",
    serverId: "shop",
    title: "CPU above 80 % on Shop database",
    state: "awaitingApproval",
    severity: "Sev2",
    correlationKey: "shop/cpu_percent",
    alerts: [
      {
        alertId: "al-1",
        rule: "cpu-over-80-percent",
        metric: "cpu_percent",
        value: 97.4,
        threshold: 80,
        severity: "Sev2",
        firedAt: fromNow(-12 * SECOND_MS),
        digest: digestOf("d"),
      },
    ],
    alertResolvedAt: null,
    runId: "inc-1-r1",
    fencingToken: 7,
    diagnosis: aDiagnosis(),
    proposal: aProposal(),
    decision: null,
    execution: null,
    verification: null,
    rollBack: null,
    resolution: null,
    timeline: [
      {
        at: fromNow(-12 * SECOND_MS),
        kind: "alert",
        text: "cpu-over-80-percent fired: cpu_percent 97.4.",
        by: pgmedic,
      },
      {
        at: fromNow(-11 * SECOND_MS),
        kind: "run",
        text: "Run inc-1-r1 holds the server, fencing token 7.",
        by: pgmedic,
      },
      { at: fromNow(-9 * SECOND_MS), kind: "diagnosis", text: "Cause: missing index, confidence 95 %.", by: pgmedic },
      {
        at: fromNow(-8 * SECOND_MS),
        kind: "proposal",
        text: "CREATE INDEX CONCURRENTLY idx_orders_customer_id; a person is asked.",
        by: pgmedic,
      },
    ],
    openedAt: fromNow(-12 * SECOND_MS),
    updatedAt: fromNow(-8 * SECOND_MS),
    ...changes,
  });

/** The same incident after approval, execution and verification. */
export const aResolvedIncident = (): IncidentDetail => {
  const waiting = anIncident();
  return anIncident({
    state: "resolved",
    decision: {
      verdict: "approve",
      instructionId: null,
      decisionId: "dec-1",
      proposalId: "prop-1",
      proposalHash: digestOf("a"),
      by: ada,
      decidedAt: fromNow(-60 * SECOND_MS),
      reason: "Looks right",
    },
    execution: {
      executionId: "exe-1",
      statement: aProposal().statement,
      fencingToken: 7,
      attempts: 1,
      startedAt: fromNow(-59 * SECOND_MS),
      finishedAt: fromNow(-57 * SECOND_MS),
      buildMs: 1840,
      objectOid: 16_590,
      objectBytes: 14_180_352,
    },
    verification: {
      basis: "statements",
      verdict: "improved",
      because: "the mean time fell by 99.6 % over 412 calls, and the index is used",
      before: {
        from: fromNow(-130 * SECOND_MS),
        to: fromNow(-70 * SECOND_MS),
        calls: 2304,
        meanMs: 93.7,
        stddevMs: 21.4,
        blocksPerCall: 22_224,
        tempBlocksPerCall: 0,
        cpuPercent: 97.4,
      },
      after: {
        from: fromNow(-57 * SECOND_MS),
        to: fromNow(-42 * SECOND_MS),
        calls: 412,
        meanMs: 0.38,
        stddevMs: 0.11,
        blocksPerCall: 23.6,
        tempBlocksPerCall: 0,
        cpuPercent: 8.2,
      },
      indexScans: 412,
      window: 1,
      verifiedAt: fromNow(-42 * SECOND_MS),
    },
    resolution: {
      path: "humanApproved",
      because: "The index helped: 93.7 ms became 0.38 ms.",
      at: fromNow(-41 * SECOND_MS),
    },
    openedAt: fromNow(-120 * SECOND_MS),
    timeline: [
      ...waiting.timeline,
      { at: fromNow(-60 * SECOND_MS), kind: "decision", text: "Approved once.", by: ada },
      { at: fromNow(-57 * SECOND_MS), kind: "execution", text: "Built idx_orders_customer_id in 1.8 s.", by: pgmedic },
      {
        at: fromNow(-42 * SECOND_MS),
        kind: "verification",
        text: "Improved: mean 93.70 → 0.38 ms, 412 calls.",
        by: pgmedic,
      },
      { at: fromNow(-41 * SECOND_MS), kind: "close", text: "Resolved; the lock is released.", by: pgmedic },
    ],
  });
};

export const summaryOf = (incident: IncidentDetail): IncidentSummary => ({
  incidentId: incident.incidentId,
  serverId: incident.serverId,
  title: incident.title,
  state: incident.state,
  severity: incident.severity,
  openedAt: incident.openedAt,
  updatedAt: incident.updatedAt,
  resolutionPath: incident.resolution?.path ?? null,
  cause: incident.diagnosis?.verdict === "cause" ? incident.diagnosis.cause : null,
  statement: incident.proposal?.statement ?? null,
});

const deciderOf = ({ decision }: IncidentDetail): string | null => {
  if (decision === null) return null;
  return decision.by.kind === "person" ? decision.by.name : "a standing instruction";
};

const figuresOf = ({ verification }: IncidentDetail): Pick<TimelineRow, "meanMs" | "cpuPercent"> => {
  if (verification?.basis !== "statements") return { meanMs: null, cpuPercent: null };
  const { before, after } = verification;
  return {
    meanMs: { before: before.meanMs, after: after.meanMs },
    cpuPercent: { before: before.cpuPercent, after: after.cpuPercent },
  };
};

export const timelineRowOf = (incident: IncidentDetail): TimelineRow => ({
  incidentId: incident.incidentId,
  serverId: incident.serverId,
  title: incident.title,
  severity: incident.severity,
  state: incident.state,
  openedAt: incident.openedAt,
  closedAt: incident.resolution?.at ?? null,
  resolutionPath: incident.resolution?.path ?? null,
  because: incident.resolution?.because ?? null,
  statement: incident.proposal?.statement ?? null,
  decidedBy: deciderOf(incident),
  ...figuresOf(incident),
});

export const aDeadLetter = (changes: Partial<DeadLetterView> = {}): DeadLetterView => ({
  letterId: "dead-0a1b2c3d4e5f60718293",
  queue: "runs",
  reason: "MaxDeliveryCountExceeded",
  at: fromNow(-90 * SECOND_MS),
  sentAgain: null,
  text: '{"schemaVersion":1,"type":"trigger","incidentId":"inc-1","serverId":"shop","runId":"inc-1-r1"}',
  incidentId: "inc-1",
  stays: null,
  ...changes,
});

export const aServerReport = (serverId = "shop"): ServerReport => ({
  outcome: "made",
  serverId,
  madeAt: fromNow(0),
  since: fromNow(-5 * DAY_MS),
  statements: 14,
  countedMs: 912_000,
  share: 0.97,
  proposed: [
    {
      statements: ["CREATE INDEX CONCURRENTLY idx_orders_customer_id ON public.orders(customer_id)"],
      cause: "missing_index",
      savedShare: 0.81,
      bytes: 42 * 1024 ** 2,
      queries: ["select * from orders where customer_id = $1"],
    },
  ],
  forDevelopers: [
    {
      problem: "A function is called on the column created_at.",
      recommendation: "Compare the column itself with a range.",
      query: "select count(*) from orders where date(created_at) = $1",
    },
  ],
  refused: [{ what: "orders (status)", because: "no plan of the workload would use it" }],
  unplanned: [],
});
