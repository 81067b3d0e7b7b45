// A local service as a process of its own, for tests that kill it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type Service = {
  port: number;
  pid: number;
  errors: () => string;
  /** Ends the process at once, as kill -9 does. */
  kill: () => Promise<void>;
  /** Asks the process to end, and tells its exit code. */
  stop: () => Promise<number | null>;
  /** Closes the standard input, as the death of the starter does, and waits for the end. */
  closePipe: () => Promise<void>;
};

/** Starts `entry` (a path in the repository) and waits for its ready line. */
export async function startProcess(entry: string, env: Record<string, string>): Promise<Service> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", join(root, entry)], {
    cwd: root,
    // A test that fails half-way leaves nothing running: the pipe closes with it.
    env: { ...process.env, PGMEDIC_PARENT_PIPE: "1", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const port = await readyPort(child);
  if (port === undefined) throw new Error(`${entry} did not start: ${errors}`);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    port,
    pid: child.pid ?? 0,
    errors: () => errors,
    kill: async () => {
      await end("SIGKILL");
    },
    stop: () => end("SIGTERM"),
    closePipe: async () => {
      const exited = once(child, "exit");
      child.stdin.end();
      await exited;
    },
  };
}

async function readyPort(child: ChildProcess): Promise<number | undefined> {
  if (child.stdout === null) return undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const ready = /^\{"ready":true,"port":(\d+)\}$/.exec(line);
    if (ready === null) continue;
    child.stdout.resume();
    return Number(ready[1]);
  }
  return undefined;
}

/** A folder of one test's own; call `remove` at the end. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "pgmedic-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
