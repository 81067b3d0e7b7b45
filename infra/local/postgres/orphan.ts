// A postmaster that outlived its starter: found through postmaster.pid, ended only when its data folder is ours.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const FAST_SHUTDOWN_MS = 15_000;
const POLL_MS = 20;

/** Ends a postmaster left over in this data folder; true when there was one. A stale lock file is removed. */
export async function endOrphan(dataFolder: string): Promise<boolean> {
  const file = join(dataFolder, "postmaster.pid");
  if (!existsSync(file)) return false;
  const pid = Number(readFileSync(file, "utf8").split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isPostmasterOf(pid, dataFolder)) {
    // The number may belong to somebody else's process by now; PostgreSQL would refuse to start for it.
    rmSync(file, { force: true });
    return false;
  }
  await endPostmaster(pid);
  rmSync(file, { force: true });
  return true;
}

/** Fast shutdown (sessions are ended, everything is written), then immediate shutdown for one that does not answer. */
export async function endPostmaster(pid: number): Promise<void> {
  process.kill(pid, process.platform === "win32" ? "SIGTERM" : "SIGINT");
  if (await isGone(pid, FAST_SHUTDOWN_MS)) return;
  process.kill(pid, "SIGQUIT");
  if (!(await isGone(pid, FAST_SHUTDOWN_MS))) throw new Error(`PostgreSQL (process ${pid}) does not end.`);
}

async function isGone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    if (!isAlive(pid)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** True while the process exists and is no zombie that its starter has yet to collect. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  try {
    // The state follows the name, which is in parentheses and may hold anything.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function isPostmasterOf(pid: number, dataFolder: string): boolean {
  if (!isAlive(pid)) return false;
  const folder = realpathSync(dataFolder);
  if (process.platform === "linux") {
    try {
      // A postmaster works in its data folder.
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false;
    }
  }
  const command = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
  return command.includes("postgres") && (command.includes(dataFolder) || command.includes(folder));
}
