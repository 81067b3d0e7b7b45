import type { Session } from "../adapters/postgres.ts";
import { activity } from "../catalogue/diagnostics/activity.ts";
import type { Server } from "../contracts/server.ts";
import type { LoadVerdict } from "../contracts/taxonomy.ts";
import { loadOf } from "../investigation/load.ts";
import { one, readServerFacts } from "../investigation/take-snapshot.ts";

/** The server at this moment, as far as the decision to act rests on it. */
export type ServerGate = { version: number; database: string; load: LoadVerdict; oldestTransactionSeconds: number };

/** Reads, as the investigator, how busy the server is and how old its oldest transaction. */
export async function readServerGate(session: Session, server: Server): Promise<ServerGate> {
  const facts = await readServerFacts(session);
  const now = await one(session.query(activity));
  return {
    version: facts.version,
    database: facts.database,
    load: loadOf(now, { vCores: server.vCores, maxConnections: facts.max_connections, cpuPercent: null }),
    oldestTransactionSeconds: now.oldest_transaction_seconds,
  };
}
