// The server of the bench and its databases: one a set, filled on first use.
import pg from "pg";
import { type Installation, installations, startPlainPostgres } from "../../support/plain-postgres.ts";
import type { BenchSet } from "./bench-set.ts";

export type BenchServer = {
  name: string;
  url: (database: string) => string;
  stop: () => Promise<void>;
};

/** Settings of a small production server, with nothing written for certain: the data is made again anyway. */
const SETTINGS = {
  shared_buffers: "2GB",
  effective_cache_size: "4GB",
  work_mem: "32MB",
  maintenance_work_mem: "512MB",
  max_wal_size: "8GB",
  autovacuum: "off",
};

/**
 * Debian's PostgreSQL, which may have HypoPG beside it, else what the project brings; or the newest of a major version. `url` names a
 * running server instead.
 */
export async function benchServer({
  url,
  version,
}: {
  url: string | null;
  version: number | null;
}): Promise<BenchServer> {
  if (url !== null) {
    const at = (database: string): string => Object.assign(new URL(url), { pathname: `/${database}` }).href;
    return { name: "the given server", url: at, stop: async () => {} };
  }
  const chosen = preferred(version);
  const server = await startPlainPostgres(chosen, SETTINGS);
  return { name: chosen.name, url: (database) => server.url("postgres", "test", database), stop: server.stop };
}

function preferred(version: number | null): Installation {
  const all = installations();
  const known =
    version === null ? all.find((one) => one.version >= 15) : all.findLast((one) => one.version === version);
  const chosen = known ?? (version === null ? all.at(-1) : undefined);
  if (chosen === undefined) throw new Error(`PostgreSQL ${version ?? ""} is not installed`);
  return chosen;
}

export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The database of a set, made and filled when it is not there. Its text does not sort by bytes, as on most servers. */
export async function databaseOf(server: BenchServer, set: BenchSet, scale: number): Promise<string> {
  const name = `bench_${set.name.toLowerCase().replaceAll(/\W+/g, "_")}_${String(scale).replace(".", "_")}`;
  const isThere = await connected(server.url("postgres"), async (client) => {
    const { rows } = await client.query("select 1 from pg_database where datname = $1 and datname !~ 'unfinished'", [
      name,
    ]);
    if (rows.length > 0) return true;
    await client.query(`drop database if exists ${name}_unfinished`);
    await client.query(
      `create database ${name}_unfinished template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
    );
    return false;
  });
  if (isThere) return server.url(name);
  await connected(server.url(`${name}_unfinished`), async (client) => {
    for (const statement of ["create extension pg_trgm", ...set.load(scale), "vacuum analyze", "checkpoint"])
      await client.query(statement);
  });
  await connected(server.url("postgres"), (client) =>
    client.query(`alter database ${name}_unfinished rename to ${name}`),
  );
  return server.url(name);
}
