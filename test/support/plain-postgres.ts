// PostgreSQL as somebody installed it: no setting but its address, so that what PgMedic wants of a server is really missing.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import pg from "pg";
import { findBinaries, otherOwner } from "../../infra/local/postgres/binaries.ts";
import { eventually } from "../../infra/local/eventually.ts";
import { temporaryFolder } from "./process.ts";

const DEBIAN = "/usr/lib/postgresql";
const PASSWORD = "test";

export type Installation = { name: string; version: number; programs: string };

/** Every PostgreSQL on this machine that a test can start: what the distribution brought, oldest first, and the embedded one. */
export function installations(): Installation[] {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).filter((name) => /^\d+$/.test(name)) : [];
  const installed = versions
    .map((name) => ({
      name: `PostgreSQL ${name} (Debian)`,
      version: Number(name),
      programs: join(DEBIAN, name, "bin"),
    }))
    .filter(({ version, programs }) => version >= 13 && existsSync(join(programs, "initdb")))
    .toSorted((a, b) => a.version - b.version);
  return [...installed, { name: "PostgreSQL 18 (embedded)", version: 18, programs: dirname(findBinaries().initdb) }];
}

export type PlainPostgres = {
  port: number;
  url: (user: string, password: string, database: string) => string;
  /** One connection as the superuser, for the length of the work. */
  asSuperuser: <T>(database: string, work: (client: pg.Client) => Promise<T>) => Promise<T>;
  /** Runs statements one by one, as psql does with a script. */
  script: (database: string, sql: string) => Promise<void>;
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Starts a new cluster; `settings` go into its postgresql.conf. */
export async function startPlainPostgres(
  { programs }: Installation,
  settings: Readonly<Record<string, string>> = {},
): Promise<PlainPostgres> {
  const folder = temporaryFolder();
  // As root the server runs as another user, who must be able to enter.
  chmodSync(folder.path, 0o711);
  const data = join(folder.path, "data");
  const port = await freePort();
  initialise(programs, data);
  const lines = Object.entries({ fsync: "off", full_page_writes: "off", ...settings, port: String(port) });
  appendFileSync(
    join(data, "postgresql.conf"),
    `listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n${lines.map(([name, value]) => `${name} = '${value}'\n`).join("")}`,
  );
  const url = (user: string, password: string, database: string) =>
    `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  let server = await launch(programs, data);
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill("SIGINT");
    await exited;
  };
  const asSuperuser: PlainPostgres["asSuperuser"] = async (database, work) => {
    const client = new pg.Client({ connectionString: url("postgres", PASSWORD, database) });
    client.on("error", () => {});
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  return {
    port,
    url,
    asSuperuser,
    script: (database, sql) =>
      asSuperuser(database, async (client) => {
        for (const statement of sql.split(/;\s*$/m)) if (statement.trim() !== "") await client.query(statement);
      }),
    restart: async () => {
      await end();
      server = await launch(programs, data);
    },
    stop: async () => {
      await end();
      folder.remove();
    },
  };
}

function initialise(programs: string, data: string): void {
  const owner = otherOwner();
  const passwordFile = `${data}.password`;
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 });
  if (owner !== undefined) for (const path of [data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const wishes = ["--username=postgres", "--auth=scram-sha-256", "--no-sync", "--locale=C", "--encoding=UTF8"];
  const made = spawnSync(join(programs, "initdb"), [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...wishes], {
    ...owner,
    cwd: data,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
}

async function launch(programs: string, data: string): Promise<ChildProcess> {
  const server = spawn(join(programs, "postgres"), ["-D", data], {
    ...otherOwner(),
    cwd: data,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  // The eighth line of postmaster.pid tells the state, as pg_ctl reads it.
  const isReady = (): boolean => {
    if (server.exitCode !== null) throw new Error(`PostgreSQL did not start: ${said}`);
    const file = join(data, "postmaster.pid");
    if (!existsSync(file)) return false;
    const lines = readFileSync(file, "utf8").split("\n");
    return Number(lines[0]) === server.pid && lines[7]?.trim() === "ready";
  };
  await eventually(async () => (isReady() ? true : null), { everyMs: 20, what: "the start of PostgreSQL" });
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (typeof address !== "object" || address === null) throw new Error("the system gave no free port");
  return address.port;
}
