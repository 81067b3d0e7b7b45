// CPU time and memory of a process with all its children, from the operating system.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

// The kernel's unit of CPU time (USER_HZ) is fixed at 100 a second for programs, on every architecture.
const MS_PER_TICK = 10;

type ProcessUsage = { pid: number; parent: number; cpuMs: number };

/** Every process that can be seen; undefined where this system tells nothing (Windows). */
function processes(): ProcessUsage[] | undefined {
  if (process.platform === "linux") return fromProc();
  if (process.platform === "darwin") return fromPs();
  return undefined;
}

/**
 * CPU time in milliseconds that the process and its descendants have used, those that ended included as far as their
 * parent has collected them: so a session that ends between two looks is not lost. Undefined when it cannot be known.
 */
export function cpuTimeMs(root: number): number | undefined {
  const tree = treeOf(root);
  return tree?.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/**
 * Memory of the tree in bytes: private memory of every process, and the shared memory that all of them see once.
 * Linux only; undefined elsewhere.
 */
export function memoryBytes(root: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const tree = treeOf(root);
  if (tree === undefined) return undefined;
  let anonymous = 0;
  let shared = 0;
  for (const { pid } of tree) {
    const status = statusOf(pid);
    anonymous += status("RssAnon");
    shared = Math.max(shared, status("RssShmem") + status("RssFile"));
  }
  return anonymous + shared;
}

function statusOf(pid: number): (field: string) => number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  } catch {
    // It ended in between.
    return () => 0;
  }
}

/** The tree below and with `root`; undefined when the process is not on this machine. */
function treeOf(root: number): ProcessUsage[] | undefined {
  const all = processes();
  const top = all?.find(({ pid }) => pid === root);
  if (all === undefined || top === undefined) return undefined;
  const tree = [top];
  for (const found of tree) tree.push(...all.filter(({ parent }) => parent === found.pid));
  return tree;
}

function fromProc(): ProcessUsage[] {
  const found: ProcessUsage[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      // The name in parentheses may hold spaces: count the fields after it. See proc_pid_stat(5).
      const fields = text
        .slice(text.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
      const [, parent = 0] = fields;
      const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
      found.push({ pid: Number(name), parent, cpuMs: ticks * MS_PER_TICK });
    } catch {
      // It ended between listing and reading.
    }
  }
  return found;
}

function fromPs(): ProcessUsage[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,time="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, parent, time] = line.trim().split(/\s+/);
    if (pid === undefined || parent === undefined || time === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), cpuMs: clockMs(time) }];
  });
}

/** `[[hours:]minutes:]seconds` as milliseconds. */
function clockMs(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}
