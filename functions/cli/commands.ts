import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { postgresOf, type Session } from "../../shared/adapters/postgres.ts";
import type { WorkloadStatement } from "../../shared/advisor/choose-index.ts";
import { startPlannerClone } from "../../shared/advisor/clone-thread.ts";
import { tableNames } from "../../shared/advisor/scans.ts";
import { parseSql, splitSql } from "../../shared/advisor/syntax.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { checkServer } from "../../shared/investigation/check-server.ts";
import { type Interval, intervalBetween } from "../../shared/investigation/interval.ts";
import { readCatalog } from "../../shared/investigation/read-catalog.ts";
import { readWorkload } from "../../shared/investigation/read-workload.ts";
import { readServerFacts, takeSnapshot } from "../../shared/investigation/take-snapshot.ts";
import { adviseIndexes, type AdvisedSet } from "./advise-indexes.ts";
import type { Arguments } from "./arguments.ts";

export type Outcome = { text: string; exitCode: number };

/** `pgmedic check`: exit 0 when nothing is missing, 1 when something is, 2 when the server cannot be reached. */
export async function check(given: Arguments): Promise<Outcome> {
  const found = await checkServer(
    postgresOf(() => given.server),
    serverOf(given),
    new Date(),
  );
  const missing = found.items.filter(({ holds }) => !holds);
  const lines = found.items.map(({ holds, label, observed, remedySql }) => {
    const remedy = remedySql === null ? "" : `\n${remedySql.replaceAll(/^/gm, "      ")}`;
    return `${holds ? "ok     " : "missing"} ${label}: ${observed}${remedy}`;
  });
  const exitCode = found.reachable ? (missing.length === 0 ? 0 : 1) : 2;
  return { text: given.json ? JSON.stringify(found, null, 2) : lines.join("\n"), exitCode };
}

/** `pgmedic advise`: what the workload would gain from, tried in the planner clone. */
export async function advise(given: Arguments): Promise<Outcome> {
  const server = serverOf(given);
  const purpose = { server, applicationName: "pgmedic/advise" };
  const set = await postgresOf(() => given.server).asInvestigator(purpose, async (session) => {
    const { version, statements, interval } = await workloadOf(session, server, given);
    const names = [...new Set(statements.flatMap(({ syntax }) => tableNames(syntax)))];
    const catalog = await readCatalog(session, { version, schemas: given.schema, tableNames: names });
    const writesPerSecond = ({ oid }: { oid: number }): number => {
      const table = interval.tables.get(oid);
      // The queries of a file have no frequency that writes could be weighed against.
      return table === undefined || given.queries !== undefined
        ? 0
        : (table.inserted + table.updated - table.hotUpdated) / Math.max(1, interval.seconds);
    };
    const limits = { mostIndexes: given.most, budgetBytes: given.budget };
    const clone = startPlannerClone(join(tmpdir(), "pgmedic-clone"));
    try {
      return await adviseIndexes(clone, catalog, { statements, seconds: interval.seconds, writesPerSecond }, limits);
    } finally {
      await clone.close();
    }
  });
  return { text: given.json ? JSON.stringify(set, null, 2) : reportOf(set), exitCode: 0 };
}

async function workloadOf(session: Session, server: Server, given: Arguments) {
  const facts = await readServerFacts(session);
  const snapshot = await takeSnapshot(session, server, facts);
  // Everything since the counters began; without a moment for that, the writes are those since the server's start.
  const nothing = {
    ...snapshot,
    takenAt: new Date(facts.started_at).toISOString(),
    statements: [],
    tables: [],
    indexes: [],
  };
  const interval: Interval = intervalBetween(nothing, snapshot);
  if (given.queries !== undefined) {
    return { version: facts.version, interval, statements: await queriesOf(await readFile(given.queries, "utf8")) };
  }
  if (facts.statements_schema === null) {
    throw new Error(
      "pg_stat_statements is not installed in this database: give --queries file.sql, or see pgmedic check",
    );
  }
  const { statements } = await readWorkload(session, interval, facts.statements_schema);
  return { version: facts.version, interval, statements };
}

/** Each query of a file, all of the same weight. What does not parse is refused with its place. */
async function queriesOf(text: string): Promise<WorkloadStatement[]> {
  const queries = await splitSql(text);
  return Promise.all(
    queries.map(async (query, at) => {
      const parsed = await parseSql(query);
      const syntax = parsed.ok ? parsed.statements[0] : undefined;
      if (syntax === undefined)
        throw new Error(`query ${at + 1} of the file does not parse: ${parsed.ok ? "it is empty" : parsed.because}`);
      return { key: `query/${at + 1}`, query, syntax, totalMs: 1_000 };
    }),
  );
}

function reportOf({ indexes, rejected, unplanned }: AdvisedSet): string {
  const lines = indexes.flatMap(({ statement, bytes, savedShare, helps }) => [
    `${statement};`,
    `    ${(bytes / 2 ** 20).toFixed(0)} MB, saves ${Math.round(savedShare * 100)} % of the statement time`,
    ...helps
      .slice(0, 3)
      .map(
        ({ query, before, after }) =>
          `    cost ${Math.round(before)} → ${Math.round(after)}: ${query.replaceAll(/\s+/g, " ").slice(0, 100)}`,
      ),
  ]);
  if (indexes.length === 0) lines.push("No index would help this workload enough to be worth its keep.");
  if (rejected.length > 0)
    lines.push("", "Not advised:", ...rejected.map(({ what, because }) => `    ${what}: ${because}`));
  if (unplanned.length > 0)
    lines.push("", "Not planned:", ...unplanned.map(({ key, because }) => `    ${key}: ${because}`));
  return lines.join("\n");
}

const serverOf = ({ schema }: Arguments): Server => ({
  serverId: "given",
  displayName: "given",
  resourceId: "/given",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 1,
  schemas: schema,
  connection: { kind: "url", urlSetting: "given" },
  registeredAt: new Date().toISOString(),
});
