import type { Postgres } from "../adapters/postgres.ts";
import { preloaded } from "../catalogue/diagnostics/preloaded.ts";
import { privileges } from "../catalogue/diagnostics/privileges.ts";
import type { CheckItem, Server, ServerCheck } from "../contracts/server.ts";
import { executorItems, investigatorItems, versionItems } from "./check-privileges.ts";
import { statementItems } from "./check-statements.ts";
import { one, readServerFacts } from "./take-snapshot.ts";

/** Connects as both roles and says what is missing, with the SQL that mends it. Changes nothing. An unreachable server is an answer. */
export async function checkServer(postgres: Postgres, server: Server, now: Date): Promise<ServerCheck> {
  const purpose = { server, applicationName: "pgmedic/check" };
  const base = { serverId: server.serverId, checkedAt: now.toISOString() };
  try {
    const { facts, loaded, may } = await postgres.asInvestigator(purpose, async (session) => ({
      facts: await readServerFacts(session),
      loaded: await one(session.query(preloaded)),
      may: await one(session.query(privileges, [server.schemas])),
    }));
    const items = [
      ...versionItems(facts),
      ...statementItems(facts, loaded, may.role),
      ...investigatorItems(server.schemas, may),
    ];
    return {
      ...base,
      reachable: true,
      version: `${Math.floor(facts.version / 10_000)}.${facts.version % 10_000}`,
      items: [...items, ...(await itemsOfExecutor(postgres, server, facts.version))],
    };
  } catch (failure) {
    return { ...base, reachable: false, version: null, items: [unreachable("investigator", failure)] };
  }
}

async function itemsOfExecutor(postgres: Postgres, server: Server, version: number): Promise<CheckItem[]> {
  try {
    const purpose = { server, applicationName: "pgmedic/check" };
    const may = await postgres.asExecutor(purpose, (session) => one(session.query(privileges, [server.schemas])));
    return executorItems(version, may, server.connection.kind === "url");
  } catch (failure) {
    return [unreachable("executor", failure)];
  }
}

const unreachable = (role: string, failure: unknown): CheckItem => ({
  id: `${role}-connects`,
  label: `The ${role} can connect`,
  holds: false,
  observed: reasonOf(failure),
  remedySql: null,
});

/** A name with several addresses fails once for each of them, under an error that says nothing itself. */
function reasonOf(failure: unknown): string {
  if (failure instanceof AggregateError) return failure.errors.map(reasonOf).join("; ");
  return failure instanceof Error ? failure.message : String(failure);
}
