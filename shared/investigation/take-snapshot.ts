import type { Session } from "../adapters/postgres.ts";
import { databaseCounters } from "../catalogue/diagnostics/database-counters.ts";
import { indexCounters } from "../catalogue/diagnostics/index-counters.ts";
import { type ServerFacts, serverFacts } from "../catalogue/diagnostics/server-facts.ts";
import { statementCounters } from "../catalogue/diagnostics/statement-counters.ts";
import { statisticsEpoch } from "../catalogue/diagnostics/statistics-epoch.ts";
import { tableCounters } from "../catalogue/diagnostics/table-counters.ts";
import type { Server } from "../contracts/server.ts";
import { MOST_STATEMENTS, type Snapshot } from "../contracts/snapshot.ts";

/** The one row of a statement that always answers one. */
export async function one<Row>(rows: Promise<Row[]>): Promise<Row> {
  const [row] = await rows;
  if (row === undefined) throw new Error("the server answered no row where there is always one");
  return row;
}

/** Who the server is. Rejects when it cannot be reached. */
export const readServerFacts = (session: Session): Promise<ServerFacts> => one(session.query(serverFacts));

/** Reads the cumulative counters. Without pg_stat_statements there are no statements in it. */
export async function takeSnapshot(session: Session, server: Server, facts: ServerFacts): Promise<Snapshot> {
  const { statements_schema: schema } = facts;
  const version = facts.statements_version ?? 0;
  const { now } = await readServerFacts(session);
  return {
    serverId: server.serverId,
    takenAt: now,
    epoch: schema === null ? facts.started_at : (await one(session.query(statisticsEpoch(schema, version)))).epoch,
    statements: schema === null ? [] : await session.query(statementCounters(schema, version), [MOST_STATEMENTS]),
    tables: await session.query(tableCounters, [server.schemas]),
    indexes: await session.query(indexCounters, [server.schemas]),
    database: await one(session.query(databaseCounters(facts.version))),
  };
}
