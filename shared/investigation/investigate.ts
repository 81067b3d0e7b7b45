import type { Ran, Session } from "../adapters/postgres.ts";
import type { Advice } from "../advisor/advice.ts";
import { chooseIndex } from "../advisor/choose-index.ts";
import { queryProblems } from "../advisor/find-query-problems.ts";
import { functionNames } from "../advisor/scans.ts";
import type { PlannerClone } from "../advisor/clone-protocol.ts";
import { activity } from "../catalogue/diagnostics/activity.ts";
import { extendedStatistics } from "../catalogue/diagnostics/extended-statistics.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { Playbook } from "../contracts/playbook.ts";
import type { Diagnosis, Rejected } from "../contracts/diagnosis.ts";
import type { Memory } from "../contracts/memory.ts";
import type { Severity } from "../contracts/primitives.ts";
import type { Remedy } from "../contracts/remedy.ts";
import type { Server } from "../contracts/server.ts";
import type { ServerResource } from "../contracts/server-resource.ts";
import { MOST_STATEMENTS, type Snapshot } from "../contracts/snapshot.ts";
import { concludeFrom } from "./conclude.ts";
import { comparable, type Interval, intervalBetween } from "./interval.ts";
import { loadOf } from "./load.ts";
import type { Complaint, Observed } from "./observed.ts";
import { planStatements } from "./plan-statements.ts";
import { readExpiries } from "./read-expiries.ts";
import { readResource } from "./read-resource.ts";
import { type Ask, asking, readServer } from "./read-server.ts";
import { readCatalog } from "./read-catalog.ts";
import { emptyWorkload, readWorkload, type Workload } from "./read-workload.ts";
import { sampleColumns } from "./sample-columns.ts";
import { one, readServerFacts, takeSnapshot } from "./take-snapshot.ts";

export type InvestigationRequest = {
  incidentId: string;
  server: Server;
  alertSeverity: Severity;
  complaint: Complaint;
  playbook: Playbook;
  earlierSnapshots: readonly Snapshot[];
  /** What is remembered of this server. */
  memories: readonly Memory[];
  /** Gives the planner clone to one piece of work at a time. */
  withClone: <T>(work: (clone: PlannerClone) => Promise<T>) => Promise<T>;
  cpuPercent: (from: string, to: string) => Promise<number | null>;
  /** The server as Azure has it; asked for only where its size may be changed. */
  readResource: () => Promise<ServerResource | null>;
};
/** `ran`: every statement that was asked of the server, in order. */
export type Investigation = { diagnosis: Diagnosis; remedy: Remedy | null; snapshot: Snapshot; ran: readonly Ran[] };

const SAMPLE_GAP_MS = 2_000;
const NO_ADVICE: Advice = {
  choice: null,
  chosen: [],
  rejected: [],
  unplanned: [],
  problems: [],
  costs: [],
  explains: 0,
};

/**
 * Looks at a server, read-only, and answers what is wrong with it. First how busy it is, cheaply; then the interval since the last
 * snapshot, its sessions, tables and indexes; then the statements that took the time, planned in the clone. Whatever is bounded in risk
 * rather than free of it waits for a clear server. Rejects when the server cannot be reached.
 */
export async function investigate(session: Session, request: InvestigationRequest): Promise<Investigation> {
  const startedAt = performance.now();
  const facts = await readServerFacts(session);
  const now = await one(session.query(activity));
  const notSeen: Rejected[] = [];
  const ask = asking(session, notSeen);
  const server = await readServer(ask, request.server.schemas);
  const { snapshot, interval, basis } = await observe(session, request, facts);
  const cpuPercent = await request.cpuPercent(interval.from, interval.to);
  const load = loadOf(now, { vCores: request.server.vCores, maxConnections: facts.max_connections, cpuPercent });
  const statements = await readStatements(session, request, { facts, interval, load, ask, notSeen });
  const observed: Observed = {
    server: request.server,
    complaint: request.complaint,
    facts,
    activity: now,
    load,
    cpuPercent,
    resource: await readResource(request, notSeen),
    interval,
    basis,
    earlier: oldestReading(request.earlierSnapshots, snapshot.epoch, interval.from),
    wasReset: request.earlierSnapshots[0] !== undefined && request.earlierSnapshots[0].epoch !== snapshot.epoch,
    ...server,
    expiries: await readExpiries(session, ask),
    ...statements,
    notSeen,
  };
  const { diagnosis, remedy } = concludeFrom(observed, request);
  const totalMs = Math.round(session.ran.reduce((sum, { ms }) => sum + ms, 0) * 10) / 10;
  const cost = { statements: session.ran.length, totalMs, buffers: null };
  const durationMs = Math.round(performance.now() - startedAt);
  return {
    diagnosis: { ...diagnosis, cost, durationMs, diagnosedAt: snapshot.takenAt },
    remedy,
    snapshot,
    ran: session.ran,
  };
}

async function observe(session: Session, request: InvestigationRequest, facts: ServerFacts) {
  const first = await takeSnapshot(session, request.server, facts);
  const earlier = comparable(request.earlierSnapshots, first);
  if (earlier !== null)
    return { snapshot: first, interval: intervalBetween(earlier, first), basis: "last_snapshot" as const };
  await new Promise((resolve) => setTimeout(resolve, SAMPLE_GAP_MS));
  const second = await takeSnapshot(session, request.server, facts);
  return { snapshot: second, interval: intervalBetween(first, second), basis: "two_samples" as const };
}

/** The oldest reading with the same counters that is not after the interval's beginning; null without one. */
function oldestReading(snapshots: readonly Snapshot[], epoch: string, from: string): Observed["earlier"] {
  const oldest = snapshots.findLast(({ takenAt, epoch: one }) => one === epoch && takenAt <= from);
  if (oldest === undefined) return null;
  const statements = new Map(oldest.statements.map((statement) => [statement.key, statement]));
  return { at: oldest.takenAt, statements, isComplete: oldest.statements.length < MOST_STATEMENTS };
}

type Surroundings = {
  facts: ServerFacts;
  interval: Interval;
  load: Observed["load"];
  ask: Ask;
  notSeen: Rejected[];
};
type StatementPart = Pick<
  Observed,
  "workload" | "catalog" | "advice" | "plans" | "columnPairs" | "planProblems" | "extended"
>;

async function readStatements(
  session: Session,
  request: InvestigationRequest,
  { facts, interval, load, ask, notSeen }: Surroundings,
): Promise<StatementPart> {
  const nothing: StatementPart = {
    workload: emptyWorkload(),
    catalog: null,
    advice: NO_ADVICE,
    plans: new Map(),
    columnPairs: [],
    planProblems: [],
    extended: [],
  };
  if (facts.statements_schema === null || interval.statements.length === 0) return nothing;
  const workload = await readWorkload(session, interval, facts.statements_schema);
  const { schemas } = request.server;
  const { tableNames } = workload;
  const names = [...new Set(workload.statements.flatMap(({ syntax }) => functionNames(syntax)))];
  const catalog = await readCatalog(session, { version: facts.version, schemas, tableNames, functionNames: names });
  const planned = await request.withClone(async (clone) => {
    const advice = await chooseIndex(clone, catalog, { ...writesOf(interval), statements: workload.statements });
    const plans = await planStatements(clone, catalog, workload.statements);
    return {
      advice,
      plans,
      planProblems: await queryProblems(clone, workload.statements, { catalog, blocksPerCall: blocksOf(interval) }),
    };
  });
  const extended = await ask(extendedStatistics, [catalog.tables.map(({ oid }) => oid)]);
  const isClear = load !== "saturated";
  if (!isClear)
    notSeen.push({ what: "column-sample", because: "the server is saturated: nothing more is read from its tables" });
  return {
    workload,
    catalog,
    ...planned,
    advice: { ...planned.advice, unplanned: [...planned.advice.unplanned, ...workload.unparsed] },
    columnPairs: isClear ? await samplesOf(session, catalog, workload, { extended, notSeen }) : [],
    extended,
  };
}

const blocksOf =
  ({ statements }: Interval) =>
  (key: string): number =>
    statements.find((known) => known.key === key)?.blocksPerCall ?? 0;

async function samplesOf(
  session: Session,
  catalog: NonNullable<Observed["catalog"]>,
  { statements }: Workload,
  { extended, notSeen }: { extended: Observed["extended"]; notSeen: Rejected[] },
): Promise<Observed["columnPairs"]> {
  try {
    return await sampleColumns(session, catalog, statements.slice(0, 3), extended);
  } catch (failure) {
    notSeen.push({ what: "column-sample", because: failure instanceof Error ? failure.message : String(failure) });
    return [];
  }
}

/** What keeping an index costs a table: rows a second that each of its indexes has to follow. */
function writesOf(interval: Interval) {
  const { seconds, tables } = interval;
  const rate = (rows: (table: NonNullable<ReturnType<typeof tables.get>>) => number) => {
    return ({ oid }: { oid: number }): number => {
      const table = tables.get(oid);
      return table === undefined || seconds === 0 ? 0 : rows(table) / seconds;
    };
  };
  return {
    seconds,
    writesPerSecond: rate(({ inserted, updated, hotUpdated }) => inserted + updated - hotUpdated),
    hotUpdatesPerSecond: rate(({ hotUpdated }) => hotUpdated),
  };
}
