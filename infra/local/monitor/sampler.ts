// The figures of a PostgreSQL server: from the operating system when it runs on this machine, from SQL everywhere.
import { readdirSync, readFileSync, statfsSync, statSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { Figures } from "./history.ts";
import { cpuTimeMs, memoryBytes } from "./process-tree.ts";

const QUERY_TIMEOUT_MS = 5_000;
const SQL = `
  select (select count(*) from pg_stat_activity where backend_type = 'client backend')::int as connections,
         current_setting('max_connections')::int as max_connections,
         (select max(age(datfrozenxid)) from pg_database)::int as oldest_xid_age,
         (select sum(pg_database_size(oid)) from pg_database where has_database_privilege(oid, 'connect'))::float8 as bytes
`;
type Row = { connections: number; max_connections: number; oldest_xid_age: number; bytes: number };

/** `dataFolder` is known only of a server on this machine; without it there is no CPU, memory or storage figure. */
type SamplerOptions = {
  url: string;
  dataFolder: string | undefined;
  /** The size of the server, which may be changed while it runs. */
  vCores: () => number;
  storageBytes: () => number;
};

type Sampler = { sample: () => Promise<Figures>; stop: () => Promise<void> };

export function createSampler({ url, dataFolder, vCores, storageBytes }: SamplerOptions): Sampler {
  let client: pg.Client | undefined;
  let lastCpu: { pid: number; cpuMs: number; at: number } | undefined;

  const ask = async (): Promise<Row | undefined> => {
    try {
      client ??= await connect(url, () => (client = undefined));
      return (await client.query<Row>(SQL)).rows[0];
    } catch {
      const broken = client;
      client = undefined;
      await broken?.end().catch(() => {});
      return undefined;
    }
  };

  const cpuPercent = (pid: number): number | undefined => {
    const cpuMs = cpuTimeMs(pid);
    if (cpuMs === undefined) return undefined;
    const now = { pid, cpuMs, at: performance.now() };
    const before = lastCpu;
    lastCpu = now;
    if (before === undefined || before.pid !== pid || now.at <= before.at) return undefined;
    const share = (now.cpuMs - before.cpuMs) / (now.at - before.at) / vCores();
    return Math.min(100, Math.max(0, share * 100));
  };

  return {
    async sample() {
      const row = await ask();
      const pid = dataFolder === undefined ? undefined : postmasterOf(dataFolder);
      const cpu = pid === undefined ? undefined : cpuPercent(pid);
      const memory = pid === undefined ? undefined : memoryBytes(pid);
      return {
        is_db_alive: row === undefined ? 0 : 1,
        ...(row === undefined ? {} : sqlFigures(row)),
        ...(cpu === undefined ? {} : { cpu_percent: cpu }),
        ...(memory === undefined ? {} : { memory_percent: (memory / totalmem()) * 100 }),
        ...(row === undefined || dataFolder === undefined ? {} : storageFigures(dataFolder, row.bytes, storageBytes())),
      };
    },
    stop: async () => {
      await client?.end().catch(() => {});
    },
  };
}

async function connect(url: string, lost: () => void): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: "azure-monitor",
    connectionTimeoutMillis: QUERY_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
  });
  client.on("error", lost);
  await client.connect();
  return client;
}

const sqlFigures = (row: Row): Figures => ({
  active_connections: row.connections,
  max_connections: row.max_connections,
  maximum_used_transactionIDs: row.oldest_xid_age,
});

/** The server's storage is what it was given, or what it uses plus what its disk has left where that is less. */
function storageFigures(dataFolder: string, databaseBytes: number, storageBytes: number): Figures {
  try {
    const { bavail, bsize } = statfsSync(dataFolder);
    const used = databaseBytes + logBytes(dataFolder);
    const free = Math.max(0, Math.min(bavail * bsize, storageBytes - used));
    return { storage_free: free, storage_used: used, storage_percent: (used / (used + free)) * 100 };
  } catch {
    return {};
  }
}

function logBytes(dataFolder: string): number {
  const folder = join(dataFolder, "pg_wal");
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

function postmasterOf(dataFolder: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
