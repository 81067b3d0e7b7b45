import { readFile } from "node:fs/promises";
import type { Session } from "../../shared/adapters/postgres.ts";
import type { Workload, WorkloadStatement } from "../../shared/advisor/advice.ts";
import type { Catalog } from "../../shared/advisor/catalog.ts";
import { functionNames, tableNames } from "../../shared/advisor/scans.ts";
import { parseSql, splitSql } from "../../shared/advisor/syntax.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { type Interval, intervalBetween } from "../../shared/investigation/interval.ts";
import { readCatalog } from "../../shared/investigation/read-catalog.ts";
import { readWorkload } from "../../shared/investigation/read-workload.ts";
import { readServerFacts, takeSnapshot } from "../../shared/investigation/take-snapshot.ts";

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
      "pg_stat_statements is not installed in this database: give --queries file.sql, or see pgmedic check",
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

/** The queries of a file, each as if it ran once: they have no frequency that writes could be weighed against. */
export async function writtenWorkload(session: Session, server: Server, file: string): Promise<Asked> {
  const statements = await queriesOf(await readFile(file, "utf8"));
  const { version } = await readServerFacts(session);
  const workload: Workload = { statements, seconds: 1, writesPerSecond: () => 0 };
  return {
    catalog: await catalogFor(session, server, { version, statements }),
    workload,
    interval: null,
    unparsed: [],
  };
}

const catalogFor = (
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

async function queriesOf(text: string): Promise<WorkloadStatement[]> {
  const queries = await splitSql(text);
  return Promise.all(
    queries.map(async (query, at) => {
      const parsed = await parseSql(query);
      const syntax = parsed.ok ? parsed.statements[0] : undefined;
      if (syntax === undefined)
        throw new Error(`query ${at + 1} of the file does not parse: ${parsed.ok ? "it is empty" : parsed.because}`);
      return { key: `query/${String(at + 1).padStart(3, "0")}`, query, syntax, totalMs: 1_000 };
    }),
  );
}
