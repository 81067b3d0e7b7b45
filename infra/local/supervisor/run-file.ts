// Who runs on a state folder: one supervisor at a time, and the children to end when it was killed.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { endProcess, identityOf, isRunning, ProcessIdentity } from "./process-identity.ts";

const RunFile = z.strictObject({
  supervisor: ProcessIdentity,
  children: z.record(z.string(), ProcessIdentity),
  dashboard: z.string(),
});
type RunFile = z.infer<typeof RunFile>;

type Claim =
  | { ok: true; endedLeftovers: number; record: (children: Record<string, number>) => void; release: () => void }
  | { ok: false; pid: number; dashboard: string };

/** Takes the folder for this process; what a killed supervisor left running is ended first. */
export async function claim(stateFolder: string, dashboard: string): Promise<Claim> {
  mkdirSync(stateFolder, { recursive: true });
  const file = fileOf(stateFolder);
  const holder = runningSupervisor(stateFolder);
  if (holder !== undefined) return { ok: false, ...holder };
  const self = identityOf(process.pid);
  if (self === undefined) throw new Error("this system does not tell when a process started");
  const endedLeftovers = await endLeftovers(stateFolder);
  const write = (children: RunFile["children"]) => {
    writeFileSync(`${file}.new`, JSON.stringify({ supervisor: self, children, dashboard } satisfies RunFile));
    renameSync(`${file}.new`, file);
  };
  write({});
  return {
    ok: true,
    endedLeftovers,
    record: (children) => {
      const identities = Object.entries(children).flatMap(([name, pid]) => {
        const identity = identityOf(pid);
        return identity === undefined ? [] : [[name, identity] as const];
      });
      write(Object.fromEntries(identities));
    },
    release: () => rmSync(file, { force: true }),
  };
}

/** The supervisor that runs on this folder now. */
export function runningSupervisor(stateFolder: string): { pid: number; dashboard: string } | undefined {
  const run = read(stateFolder);
  if (run === undefined || run.supervisor.pid === process.pid || !isRunning(run.supervisor)) return undefined;
  return { pid: run.supervisor.pid, dashboard: run.dashboard };
}

/** Ends the children of a supervisor that is gone; tells how many there were. */
export async function endLeftovers(stateFolder: string): Promise<number> {
  const children = Object.values(read(stateFolder)?.children ?? {}).filter(isRunning);
  await Promise.all(children.map(endProcess));
  return children.length;
}

const fileOf = (stateFolder: string): string => join(stateFolder, "run.json");

function read(stateFolder: string): RunFile | undefined {
  try {
    return RunFile.parse(JSON.parse(readFileSync(fileOf(stateFolder), "utf8")));
  } catch {
    // Missing, or written by another version: then there is nothing to go by.
    return undefined;
  }
}
