// One child process: started, waited for, started again when it dies, stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { PARENT_PIPE } from "../process-entry.ts";
import type { ServiceName } from "../settings.ts";
import { endProcess, identityOf } from "./process-identity.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const START_TIMEOUT_MS = 90_000;
const MAX_RESTARTS = 5;
const RESTART_WINDOW_MS = 60_000;
const Ready = z.object({ ready: z.literal(true), port: z.number() });

export type ServiceSpec = {
  name: ServiceName;
  /** Path of the entry in the repository. */
  entry: string;
  env: Record<string, string>;
};

type ServiceEvents = {
  /** The number of the running process, whenever it changes; undefined when it has ended. */
  changed: (name: ServiceName, pid: number | undefined) => void;
  log: (line: string) => void;
  /** It died again and again. */
  lost: (name: ServiceName) => void;
  /** Ends the wait for a service that is starting. */
  signal: AbortSignal;
};

export type Service = { name: ServiceName; stop: () => Promise<void> };

/** Starts the service and waits until it is ready; its output goes to `<logs>/<name>.log`. */
export async function startService(spec: ServiceSpec, logs: string, events: ServiceEvents): Promise<Service> {
  let isStopping = false;
  let child: ChildProcess | undefined;
  const deaths: number[] = [];

  keepLastLog(logs, spec);
  const launch = async () => {
    events.signal.throwIfAborted();
    child = spawnService(spec, logs);
    const launched = child;
    events.changed(spec.name, launched.pid);
    await ready(launched, lastWords(logs, spec), events.signal);
    launched.once("exit", (code, signal) => void restart(`${spec.name} ended (${signal ?? `code ${code}`})`));
    // It may have ended between its ready line and this listener.
    if (hasEnded(launched)) await restart(`${spec.name} ended`);
  };
  const restart = async (what: string): Promise<void> => {
    events.changed(spec.name, undefined);
    if (isStopping) return;
    const now = Date.now();
    deaths.push(now);
    if (deaths.filter((at) => at > now - RESTART_WINDOW_MS).length > MAX_RESTARTS) {
      events.log(`${what} ${MAX_RESTARTS + 1} times within a minute; its log is ${logFile(logs, spec)}`);
      return events.lost(spec.name);
    }
    events.log(`${what}: starting it again`);
    await launch().catch((error: unknown) => restart(error instanceof Error ? error.message : String(error)));
  };

  await launch();
  return {
    name: spec.name,
    async stop() {
      isStopping = true;
      if (child !== undefined) await endChild(child);
    },
  };
}

function spawnService(spec: ServiceSpec, logs: string): ChildProcess {
  mkdirSync(logs, { recursive: true });
  const output = openSync(logFile(logs, spec), "a");
  const watch = new URL("../parent-watch.ts", import.meta.url).href;
  // The host's entry knows nothing of its starter, as the real one does not.
  const preload = spec.name === "host" ? ["--import", watch] : [];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...preload, join(root, spec.entry)], {
    cwd: root,
    env: { ...process.env, ...spec.env, [PARENT_PIPE]: "1" },
    stdio: ["pipe", "pipe", output],
    // Ctrl-C in the terminal goes to a whole process group; the order of stopping is the supervisor's.
    detached: true,
    windowsHide: true,
  });
  closeSync(output);
  child.stdin?.on("error", () => {});
  return child;
}

async function ready(child: ChildProcess, words: () => string, aborted: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([aborted, AbortSignal.timeout(START_TIMEOUT_MS)]);
  const settled = new AbortController();
  const failed = new Promise<never>((_resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(words())));
    const giveUp = () => reject(new Error(aborted.aborted ? "stopped" : `it took too long: ${words()}`));
    signal.addEventListener("abort", giveUp, { signal: settled.signal });
  });
  try {
    await Promise.race([readyLine(child), failed]);
  } catch (error) {
    await endChild(child);
    throw error;
  } finally {
    // The time runs on; nobody must look at a log that may be gone by then.
    settled.abort();
  }
}

async function readyLine(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("a child without output");
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      if (line.startsWith("{") && Ready.safeParse(parseJson(line)).success) resolve();
    });
  });
}

/** What the process said last, which tells why it ended, and where the rest is. */
const lastWords = (logs: string, spec: ServiceSpec) => (): string => {
  const file = logFile(logs, spec);
  const line = readFileSync(file, "utf8").trim().split("\n").at(-1) ?? "";
  return `${spec.name} did not start: ${line === "" ? "it ended without a word" : line}\n  (log: ${file})`;
};

/** One log for each start, and the one before. */
function keepLastLog(logs: string, spec: ServiceSpec): void {
  const file = logFile(logs, spec);
  if (existsSync(file)) renameSync(file, file.replace(/\.log$/, ".previous.log"));
}

async function endChild(child: ChildProcess): Promise<void> {
  const exited = hasEnded(child) ? Promise.resolve() : once(child, "exit");
  child.stdin?.end();
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (identity !== undefined) await endProcess(identity);
  if (child.pid !== undefined) await exited;
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
const logFile = (logs: string, { name }: ServiceSpec): string => join(logs, `${name}.log`);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
