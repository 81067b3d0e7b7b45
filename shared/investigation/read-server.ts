import type { Session } from "../adapters/postgres.ts";
import { databaseFacts } from "../catalogue/diagnostics/database-facts.ts";
import { foreignKeys } from "../catalogue/diagnostics/foreign-keys.ts";
import { indexHealth } from "../catalogue/diagnostics/index-health.ts";
import { lockWaits } from "../catalogue/diagnostics/lock-waits.ts";
import { partitions } from "../catalogue/diagnostics/partitions.ts";
import { preparedTransactions } from "../catalogue/diagnostics/prepared-transactions.ts";
import { progress } from "../catalogue/diagnostics/progress.ts";
import { replicas } from "../catalogue/diagnostics/replicas.ts";
import { replicationSlots } from "../catalogue/diagnostics/replication-slots.ts";
import { roleConnections } from "../catalogue/diagnostics/role-connections.ts";
import { sequences } from "../catalogue/diagnostics/sequences.ts";
import { serverSettings } from "../catalogue/diagnostics/server-settings.ts";
import { type SessionFacts, sessions } from "../catalogue/diagnostics/sessions.ts";
import { tableHealth } from "../catalogue/diagnostics/table-health.ts";
import type { Rejected } from "../contracts/diagnosis.ts";
import type { Statement } from "../contracts/statement.ts";
import type { Observed } from "./observed.ts";

/** How long a whole investigation may take, and how many statements it may send: beyond them it stops asking, and says so. */
export const BUDGET = { totalMs: 20_000, statements: 120 } as const;
/** Between two looks at sessions that wait: who is in front in both holds on. */
const SECOND_LOOK_MS = 1_200;

/** Asks for one diagnostic. What cannot be read is no failure: it is said, and nothing is concluded from its absence. */
export type Ask = <Row>(statement: Statement<Row>, values?: readonly unknown[]) => Promise<Row[]>;

/** A way to ask that notes what could not be read: a missing privilege, an old version, a timeout, or the budget. */
export function asking(session: Session, notSeen: Rejected[]): Ask {
  const startedAt = performance.now();
  return async (statement, values = []) => {
    const isSpent = performance.now() - startedAt > BUDGET.totalMs || session.ran.length >= BUDGET.statements;
    if (isSpent) {
      notSeen.push({ what: statement.name, because: "the investigation's budget of time and statements is used up" });
      return [];
    }
    try {
      return await session.query(statement, values);
    } catch (failure) {
      if (isConnectionLost(failure)) throw failure;
      notSeen.push({ what: statement.name, because: failure instanceof Error ? failure.message : String(failure) });
      return [];
    }
  };
}

/** Errors of PostgreSQL carry a SQLSTATE; class 57 and everything without one means that the connection is gone. */
function isConnectionLost(failure: unknown): boolean {
  const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
  return !/^[0-9A-Z]{5}$/.test(code) || code.startsWith("57P") || code.startsWith("08");
}

type ServerPart = Pick<
  Observed,
  | "sessions"
  | "sessionsBefore"
  | "lockWaits"
  | "tables"
  | "indexes"
  | "prepared"
  | "slots"
  | "replicas"
  | "sequences"
  | "progress"
  | "settings"
  | "roles"
  | "foreignKeys"
  | "partitions"
  | "database"
>;

/** Reads the state of a server: sessions and their waiting first, then how its tables and indexes are kept. */
export async function readServer(ask: Ask, schemas: readonly string[]): Promise<ServerPart> {
  const first = await ask(sessions);
  const isWaiting = first.some(({ blocked_by: blockers }) => blockers.length > 0);
  const second = isWaiting ? await lookAgain(ask) : null;
  const waits = isWaiting ? await ask(lockWaits) : [];
  const [database] = await ask(databaseFacts);
  return {
    sessions: second ?? first,
    sessionsBefore: second === null ? null : first,
    lockWaits: waits,
    prepared: await ask(preparedTransactions),
    slots: await ask(replicationSlots),
    replicas: await ask(replicas),
    progress: await ask(progress),
    settings: new Map((await ask(serverSettings)).map((setting) => [setting.name, setting])),
    roles: await ask(roleConnections),
    database: database ?? null,
    tables: await ask(tableHealth, [schemas]),
    indexes: await ask(indexHealth, [schemas]),
    sequences: await ask(sequences, [schemas]),
    foreignKeys: await ask(foreignKeys, [schemas]),
    partitions: await ask(partitions, [schemas]),
  };
}

async function lookAgain(ask: Ask): Promise<SessionFacts[]> {
  await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
  return ask(sessions);
}
