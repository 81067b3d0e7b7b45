// Advice on a set's queries, from the real server's catalog through the planner clone, as `pgmedic advise --queries` gives it.
import { postgresOf } from "../../../shared/adapters/postgres.ts";
import type { Advice, WorkloadStatement } from "../../../shared/advisor/advice.ts";
import { adviseIndexes } from "../../../shared/advisor/advise-indexes.ts";
import type { Catalog } from "../../../shared/advisor/catalog.ts";
import { OF_A_PERSON } from "../../../shared/advisor/choose-index.ts";
import type { PlannerClone } from "../../../shared/advisor/clone-protocol.ts";
import { functionNames, tableNames } from "../../../shared/advisor/scans.ts";
import { parseSql } from "../../../shared/advisor/syntax.ts";
import type { Server } from "../../../shared/contracts/server.ts";
import { readCatalog } from "../../../shared/investigation/read-catalog.ts";
import { readServerFacts } from "../../../shared/investigation/take-snapshot.ts";

const SERVER: Server = {
  serverId: "bench",
  displayName: "bench",
  resourceId: "/bench",
  environment: "development",
  tier: "standard",
  enabled: true,
  vCores: 2,
  mayScale: false,
  detection: true,
  schemas: ["public"],
  connection: { kind: "url", urlSetting: "bench" },
  registeredAt: "2026-01-01T00:00:00.000Z",
};

export async function statementsOf(queries: readonly string[]): Promise<WorkloadStatement[]> {
  return Promise.all(
    queries.map(async (query, at): Promise<WorkloadStatement> => {
      const parsed = await parseSql(query);
      const syntax = parsed.ok ? parsed.statements[0] : undefined;
      if (syntax === undefined) throw new Error(`it does not parse: ${query}`);
      return { key: String(at).padStart(3, "0"), query, syntax, totalMs: 0 };
    }),
  );
}

export const catalogOf = (url: string, statements: readonly WorkloadStatement[]): Promise<Catalog> =>
  postgresOf(() => url).asInvestigator({ server: SERVER, applicationName: "bench" }, async (session) => {
    const { version } = await readServerFacts(session);
    const names = [...new Set(statements.flatMap(({ syntax }) => tableNames(syntax)))];
    const functions = [...new Set(statements.flatMap(({ syntax }) => functionNames(syntax)))];
    return readCatalog(session, { version, schemas: SERVER.schemas, tableNames: names, functionNames: functions });
  });

/** `cpuMs` is what this process worked meanwhile: on a machine that others use it says more than the clock. */
export type Advised = { advice: Advice; ms: number; cpuMs: number };
export type Wish = { url: string; queries: readonly string[]; budgetBytes: number; insertSlowdown: number };

/** Advice with the time from the first question to the server until the answer. */
export async function advisedOn(
  clone: PlannerClone,
  { url, queries, budgetBytes, insertSlowdown }: Wish,
): Promise<Advised> {
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const statements = await statementsOf(queries);
  const catalog = await catalogOf(url, statements);
  const workload = { statements, seconds: 1, writesPerSecond: () => 0 };
  const advice = await adviseIndexes(clone, catalog, workload, {
    ...OF_A_PERSON,
    mostIndexes: 30,
    budgetBytes,
    insertSlowdown,
    weighBy: "plan cost",
  });
  const { user, system } = process.cpuUsage(cpuBefore);
  return { advice, ms: performance.now() - startedAt, cpuMs: (user + system) / 1_000 };
}
