// A real PostgreSQL of our own: created on first use, started, stopped, and recovered after any crash.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findBinaries, otherOwner, reachableFolder } from "./binaries.ts";
import { endOrphan, endPostmaster } from "./orphan.ts";
import { writeParameters } from "./parameters.ts";

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;
const SUPERUSER = "postgres";

/**
 * `settings` are PostgreSQL parameters that go over the defaults; port 0 takes a free one. `niceness` (0–19) lets the
 * server give way to other processes of this machine.
 */
type PostgresOptions = {
  dataFolder: string;
  port: number;
  password: string;
  settings?: Readonly<Record<string, string>>;
  niceness?: number;
};

export type Postgres = {
  port: number;
  pid: number;
  /** Where the data really is: a stand-in when the server's user could not enter the wanted folder. */
  dataFolder: string;
  /** True when a server that an earlier run had left behind was ended first. */
  endedOrphan: boolean;
  /** A connection URL for the superuser. */
  url: (database: string) => string;
  stop: () => Promise<void>;
};

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_preload_libraries: "pg_stat_statements,auto_explain",
  track_io_timing: "on",
  compute_query_id: "on",
  "auto_explain.log_min_duration": "-1",
  shared_buffers: "256MB",
  max_connections: "100",
  log_line_prefix: "%m [%p] %q%u@%d %a ",
};

/** Creates the cluster when the folder holds none, ends an orphan in it, and starts it. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataFolder = reachableFolder(options.dataFolder);
  const { initdb, postgres } = findBinaries();
  const endedOrphan = await endOrphan(dataFolder);
  if (!existsSync(join(dataFolder, "PG_VERSION"))) createCluster(initdb, { ...options, dataFolder });
  const port = options.port === 0 ? await freePort() : options.port;
  writeParameters(dataFolder, { ...DEFAULTS, ...options.settings });
  const log = `${dataFolder}.log`;
  const server = await launch(postgres, {
    dataFolder,
    log,
    port,
    niceness: options.niceness ?? 0,
  });
  if (server.pid === undefined) throw new Error(`PostgreSQL did not start; its log is ${log}.`);
  const pid = server.pid;
  return {
    port,
    pid,
    dataFolder,
    endedOrphan,
    url: (database) => `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      if (server.exitCode === null && server.signalCode === null) await endPostmaster(pid);
    },
  };
}

/** initdb into a folder beside it, renamed when complete: a kill in the middle leaves no half cluster. */
function createCluster(initdb: string, { dataFolder, password }: PostgresOptions): void {
  const unfinished = `${dataFolder}.new`;
  const passwordFile = `${dataFolder}.password`;
  const owner = otherOwner();
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(dirname(dataFolder), { recursive: true });
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) {
    chownSync(unfinished, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const created = spawnSync(
    initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
      "--no-instructions",
    ],
    { encoding: "utf8", ...owner, cwd: unfinished },
  );
  rmSync(passwordFile, { force: true });
  if (created.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const reason = created.error?.message ?? created.stderr;
    throw new Error(`initdb could not create the database cluster in ${dataFolder}: ${reason}`);
  }
  rmSync(dataFolder, { recursive: true, force: true });
  renameSync(unfinished, dataFolder);
}

type Launch = { dataFolder: string; log: string; port: number; niceness: number };

async function launch(postgres: string, { dataFolder, log, port, niceness }: Launch): Promise<ChildProcess> {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "w");
  const child = spawn(postgres, ["-D", dataFolder, "-p", String(port)], {
    ...otherOwner(),
    cwd: dataFolder,
    stdio: ["ignore", output, output],
    // Ctrl-C in the terminal reaches a whole process group; the order of stopping is ours.
    detached: true,
  });
  closeSync(output);
  // Sessions inherit it.
  if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
  const failure: { error?: Error } = {};
  child.on("error", (error) => (failure.error = error));
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end;) {
    if (failure.error !== undefined) throw failure.error;
    if (child.exitCode !== null || child.signalCode !== null) throw explained(log, port);
    if (isReady(dataFolder, child.pid)) return child;
    await sleep(POLL_MS);
  }
  child.kill("SIGQUIT");
  throw new Error(`PostgreSQL was not ready after ${START_TIMEOUT_MS / 1000} s; its log is ${log}.`);
}

/** The eighth line of postmaster.pid tells the state, as pg_ctl reads it. */
function isReady(dataFolder: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(dataFolder, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

function explained(log: string, port: number): Error {
  const text = existsSync(log) ? readFileSync(log, "utf8") : "";
  if (/could not bind|Address already in use/i.test(text)) {
    return new Error(
      `port ${port} is in use. End the program that holds it, or choose another port with PGMEDIC_POSTGRES_PORT.`,
    );
  }
  if (/is not compatible with this version/.test(text)) {
    return new Error(`the database cluster is of another PostgreSQL version. "npm run reset" removes it.`);
  }
  return new Error(`PostgreSQL did not start: ${text.trim().split("\n").slice(-3).join(" ")} (log: ${log})`);
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("the system gave no free port");
  return address.port;
}
