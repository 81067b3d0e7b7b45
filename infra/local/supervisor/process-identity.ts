// Which process a number means: numbers are used again, so a process is named by its number and its start.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { isAlive } from "../postgres/orphan.ts";

export const ProcessIdentity = z.strictObject({ pid: z.number().int().positive(), startedAt: z.string() });
export type ProcessIdentity = z.infer<typeof ProcessIdentity>;

const POLL_MS = 50;
// The Functions host gives work in flight 30 s.
const PATIENCE_MS = 35_000;

/** The identity of a running process, undefined when there is none. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while exactly this process runs. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  return isAlive(pid) && startOf(pid) === startedAt;
}

function startOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // Field 22 counts ticks since the machine started; the boot id tells which start that was. See proc_pid_stat(5).
      const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${ticks}`;
    } catch {
      return undefined;
    }
  }
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" });
  const text = (stdout ?? "").trim();
  return text === "" ? undefined : text;
}

/** Asks the process to end, and ends it after 35 seconds. A number that now means another process is left alone. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    if (!isRunning(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
    for (const end = Date.now() + PATIENCE_MS; isRunning(identity) && Date.now() < end;) await sleep(POLL_MS);
  }
}
