import type { Session } from "../adapters/postgres.ts";
import { type Advice, chooseIndex } from "../advisor/choose-index.ts";
import type { Catalog } from "../advisor/catalog.ts";
import type { PlannerClone } from "../advisor/clone-protocol.ts";
import { activity } from "../catalogue/diagnostics/activity.ts";
import type { ServerFacts } from "../catalogue/diagnostics/server-facts.ts";
import type { Diagnosis } from "../contracts/diagnosis.ts";
import type { Severity } from "../contracts/primitives.ts";
import type { Remedy } from "../contracts/remedy.ts";
import type { Server } from "../contracts/server.ts";
import type { Snapshot } from "../contracts/snapshot.ts";
import { concludeFrom } from "./conclude.ts";
import { comparable, type Interval, intervalBetween } from "./interval.ts";
import { loadOf } from "./load.ts";
import { readCatalog } from "./read-catalog.ts";
import { readWorkload } from "./read-workload.ts";
import { one, readServerFacts, takeSnapshot } from "./take-snapshot.ts";

export type InvestigationRequest = {
  incidentId: string;
  server: Server;
  alertSeverity: Severity;
  earlierSnapshots: readonly Snapshot[];
  /** Gives the planner clone to one piece of work at a time. */
  withClone: <T>(work: (clone: PlannerClone) => Promise<T>) => Promise<T>;
  cpuPercent: (from: string, to: string) => Promise<number | null>;
};
export type Investigation = { diagnosis: Diagnosis; remedy: Remedy | null; snapshot: Snapshot };

const SAMPLE_GAP_MS = 2_000;
const NO_ADVICE: Advice = { choice: null, rejected: [], unplanned: [], problems: [] };

/**
 * Looks at a server, read-only, and answers what is wrong with it: the interval since the last snapshot, the statements that took the
 * time, the tables that they read, and what an index would change, tried in the clone. Rejects when the server cannot be reached.
 */
export async function investigate(session: Session, request: InvestigationRequest): Promise<Investigation> {
  const startedAt = performance.now();
  const facts = await readServerFacts(session);
  const now = await one(session.query(activity));
  const { snapshot, interval, basis } = await observe(session, request, facts);
  const cpuPercent = await request.cpuPercent(interval.from, interval.to);
  const load = loadOf(now, { vCores: request.server.vCores, maxConnections: facts.max_connections, cpuPercent });
  const { advice, catalog } = await advise(session, request, { facts, interval });
  const { diagnosis, remedy } = concludeFrom({
    request,
    facts,
    interval,
    basis,
    activity: now,
    load,
    cpuPercent,
    advice,
    catalog,
  });
  const cost = { statements: session.statements, totalMs: Math.round(session.totalMs * 10) / 10, buffers: null };
  const durationMs = Math.round(performance.now() - startedAt);
  return { diagnosis: { ...diagnosis, cost, durationMs, diagnosedAt: snapshot.takenAt }, remedy, snapshot };
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

async function advise(
  session: Session,
  request: InvestigationRequest,
  { facts, interval }: { facts: ServerFacts; interval: Interval },
): Promise<{ advice: Advice; catalog: Catalog | null }> {
  if (facts.statements_schema === null || interval.statements.length === 0) return { advice: NO_ADVICE, catalog: null };
  const workload = await readWorkload(session, interval, facts.statements_schema);
  const { schemas } = request.server;
  const catalog = await readCatalog(session, { version: facts.version, schemas, tableNames: workload.tableNames });
  const writesPerSecond = ({ oid }: { oid: number }): number => {
    const table = interval.tables.get(oid);
    if (table === undefined || interval.seconds === 0) return 0;
    return (table.inserted + table.updated - table.hotUpdated) / interval.seconds;
  };
  const load = { statements: workload.statements, seconds: interval.seconds, writesPerSecond };
  const advice = await request.withClone((clone) => chooseIndex(clone, catalog, load));
  return { advice: { ...advice, unplanned: [...advice.unplanned, ...workload.unparsed] }, catalog };
}
