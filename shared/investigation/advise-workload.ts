import type { Session } from "../adapters/postgres.ts";
import type { Advice, Limits, Workload, WorkloadStatement } from "../advisor/advice.ts";
import type { Catalog } from "../advisor/catalog.ts";
import { adviseIndexes } from "../advisor/advise-indexes.ts";
import type { PlannerClone } from "../advisor/clone-protocol.ts";
import { queryProblems } from "../advisor/find-query-problems.ts";
import type { QueryProblem } from "../advisor/query-problems.ts";
import { functionNames, tableNames } from "../advisor/scans.ts";
import type { Server } from "../contracts/server.ts";
import { type Interval, intervalBetween } from "./interval.ts";
import { readCatalog } from "./read-catalog.ts";
import { readWorkload } from "./read-workload.ts";
import { readServerFacts, takeSnapshot } from "./take-snapshot.ts";

/** What advice is asked for, with the catalog of the tables that it is about. */
export type Asked = {
  catalog: Catalog;
  workload: Workload;
  interval: Interval | null;
  unparsed: { key: string; because: string }[];
};

/** The workload that pg_stat_statements has counted since its last reset. */
export async function countedWorkload(session: Session, server: Server): Promise<Asked> {
  const facts = await readServerFacts(session);
  if (facts.statements_schema === null) {
    throw new Error(
      "pg_stat_statements is not installed in this database: the check of the server has the SQL that installs it",
    );
  }
  const snapshot = await takeSnapshot(session, server, facts);
  // Everything since the counters began; the writes are those since the server's start at the earliest.
  const takenAt = new Date(facts.started_at).toISOString();
  const nothing = { ...snapshot, takenAt, statements: [], tables: [], indexes: [], database: null };
  const interval = intervalBetween(nothing, snapshot);
  const { statements, unparsed } = await readWorkload(session, interval, facts.statements_schema);
  const rate = (rows: (table: NonNullable<ReturnType<typeof interval.tables.get>>) => number) => {
    return ({ oid }: { oid: number }): number => {
      const table = interval.tables.get(oid);
      return table === undefined ? 0 : rows(table) / Math.max(1, interval.seconds);
    };
  };
  const workload: Workload = {
    statements,
    seconds: interval.seconds,
    writesPerSecond: rate(({ inserted, updated, hotUpdated }) => inserted + updated - hotUpdated),
    hotUpdatesPerSecond: rate(({ hotUpdated }) => hotUpdated),
  };
  return {
    catalog: await catalogFor(session, server, { version: facts.version, statements }),
    workload,
    interval,
    unparsed,
  };
}

/** The catalog of the tables and functions that statements name. */
export const catalogFor = (
  session: Session,
  { schemas }: Server,
  { version, statements }: { version: number; statements: readonly WorkloadStatement[] },
): Promise<Catalog> => {
  const namesBy = (names: typeof tableNames): string[] => [
    ...new Set(statements.flatMap(({ syntax }) => names(syntax))),
  ];
  return readCatalog(session, {
    version,
    schemas,
    tableNames: namesBy(tableNames),
    functionNames: namesBy(functionNames),
  });
};

/** An advice with what it was about, and the queries that no index helps. */
export type Advised = { asked: Asked; advice: Advice; queries: QueryProblem[] };

/** Tries in the clone what a workload would gain from. Nothing is asked of the server. */
export async function adviseWorkload(clone: PlannerClone, asked: Asked, limits: Limits): Promise<Advised> {
  const advice = await adviseIndexes(clone, asked.catalog, asked.workload, limits);
  const blocks = new Map(asked.interval?.statements.map(({ key, blocksPerCall }) => [key, blocksPerCall]));
  const blocksPerCall = (key: string): number => blocks.get(key) ?? 0;
  const queries = await queryProblems(clone, asked.workload.statements, { catalog: asked.catalog, blocksPerCall });
  return { asked, advice: { ...advice, unplanned: [...advice.unplanned, ...asked.unparsed] }, queries };
}
