// The PostgreSQL servers that scenarios are played on: one for all, and one more for each other set of start settings.
import { startCluster } from "../../support/postgres.ts";
import { installations, startPlainPostgres } from "../../support/plain-postgres.ts";
import { createRoles, type Server, withClient } from "./arena.ts";
import type { Scenario } from "./scenario.ts";

/** What is on stays on: autovacuum would mend scenarios while they are played. */
const SETTINGS: Readonly<Record<string, string>> = {
  shared_preload_libraries: "pg_stat_statements",
  autovacuum_naptime: "1d",
  max_prepared_transactions: "10",
  wal_level: "logical",
  max_connections: "60",
  track_io_timing: "on",
  max_wal_size: "2GB",
  jit: "off",
  "pg_stat_statements.track": "top",
};

type Started = { server: Server; stop: () => Promise<void> };

/** Starts servers when they are first asked for; null where this machine has none that can. */
export function serversOf(version: number | null = null) {
  const started = new Map<string, Promise<Started | null>>();
  return {
    for: async (scenario: Scenario): Promise<Server | null> => {
      const key = JSON.stringify([scenario.settings ?? {}, scenario.needs ?? ""]);
      const known = started.get(key) ?? start(scenario, version);
      started.set(key, known);
      return (await known)?.server ?? null;
    },
    stop: async (): Promise<void> => {
      for (const one of started.values()) await (await one)?.stop();
    },
  };
}

async function start({ settings = {}, needs }: Scenario, version: number | null): Promise<Started | null> {
  const all = { ...SETTINGS, ...settings };
  const wanted = needs === "jit" ? (version ?? 15) : version;
  if (wanted === null) {
    const cluster = await startCluster(all);
    return ready({ port: cluster.port, version: 18, url: cluster.url }, cluster.stop);
  }
  const installation = installations().find((one) => one.version === wanted);
  if (installation === undefined) return null;
  const plain = await startPlainPostgres(installation, all);
  const url = (database: string): string => plain.url("postgres", "test", database);
  const found = await ready({ port: plain.port, version: wanted, url }, plain.stop);
  if (needs !== "jit" || (await canCompile(found.server))) return found;
  await found.stop();
  return null;
}

async function ready(server: Server, stop: () => Promise<void>): Promise<Started> {
  await createRoles(server);
  return { server, stop };
}

const canCompile = (server: Server): Promise<boolean> =>
  withClient(server.url("postgres"), async (client) => {
    const { rows } = await client
      .query<{ can: boolean }>("set jit = on; ")
      .then(() => client.query<{ can: boolean }>("select pg_jit_available() as can"));
    return rows[0]?.can === true;
  });
