// `npm run bench:logs [-- --megabytes 1000]`: how fast a stderr log is triaged, in how much memory, and how pgBadger does on a part of it.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openLog } from "../../shared/logs/sources.ts";
import { triageLogs } from "../../shared/logs/triage.ts";
import { temporaryFolder } from "../support/process.ts";
import { logLines, PREFIX } from "../unit/logs/log-lines.ts";

const TARGET_MB_PER_SECOND = 100;
const TARGET_RSS_MB = 256;
const TARGET_RATIO = 5;
const PGBADGER = "/usr/bin/pgbadger";
const BLOCK_BYTES = 4 * 2 ** 20;

const Result = z.object({
  seconds: z.number(),
  cpuSeconds: z.number(),
  maxRssMb: z.number(),
  messages: z.number(),
  malformed: z.number(),
  findings: z.array(z.string()),
});
type Result = z.infer<typeof Result>;

async function main(megabytes: number, pgbadgerMegabytes: number): Promise<boolean> {
  const folder = temporaryFolder();
  const [machine] = cpus();
  try {
    const path = join(folder.path, "postgresql.log");
    const size = writeLog(path, megabytes) / 1e6;
    console.log(
      `${cpus().length} × ${machine?.model ?? "unknown CPU"}, Node ${process.versions.node}, load average ${loadavg()[0]?.toFixed(1)}; ` +
        `${Math.round(size)} MB of stderr log\n`,
    );
    const own = await inChild(path);
    const perCore = size / own.cpuSeconds;
    console.log(
      `triage    ${own.seconds.toFixed(1)} s, ${(size / own.seconds).toFixed(0)} MB/s, ${perCore.toFixed(0)} MB a second of CPU time, ` +
        `peak RSS ${own.maxRssMb.toFixed(0)} MB, ${own.messages.toLocaleString("en")} messages, ${own.malformed} malformed lines`,
    );
    const ratio = compared(folder.path, size / own.seconds, pgbadgerMegabytes);
    console.log(`\n${own.findings.join("\n")}\n`);
    const goals: Goal[] = [
      [`at least ${TARGET_MB_PER_SECOND} MB/s per core`, perCore >= TARGET_MB_PER_SECOND],
      [`at most ${TARGET_RSS_MB} MB`, own.maxRssMb <= TARGET_RSS_MB],
    ];
    if (ratio !== null) goals.push([`at least ${TARGET_RATIO} × as fast as pgbadger -j 1`, ratio >= TARGET_RATIO]);
    for (const [goal, isMet] of goals) console.log(`${goal}: ${isMet ? "met" : "missed"}`);
    return goals.every(([, isMet]) => isMet);
  } finally {
    folder.remove();
  }
}

type Goal = [goal: string, isMet: boolean];

/** How many times as fast as pgBadger, which reads the first part only: it needs minutes, and more for each megabyte of a longer log. */
function compared(folder: string, ownMbPerSecond: number, megabytes: number): number | null {
  if (!existsSync(PGBADGER)) {
    console.log("pgbadger  not installed: `apt-get install pgbadger` (Debian, Ubuntu) lets this bench compare");
    return null;
  }
  const path = join(folder, "part.log");
  const size = writeLog(path, megabytes) / 1e6;
  const startedAt = performance.now();
  const options = ["-j", "1", "-q", "-f", "stderr", "-p", PREFIX, "-o", join(folder, "report.html"), path];
  const { status, stderr } = spawnSync(PGBADGER, options, { encoding: "utf8" });
  if (status !== 0) throw new Error(`pgbadger failed: ${stderr}`);
  const seconds = (performance.now() - startedAt) / 1_000;
  const ratio = ownMbPerSecond / (size / seconds);
  console.log(
    `pgbadger  ${seconds.toFixed(1)} s for ${Math.round(size)} MB, ${(size / seconds).toFixed(1)} MB/s; the triage is ${ratio.toFixed(0)} × as fast`,
  );
  return ratio;
}

/** Writes about so many megabytes of log; returns the bytes. */
function writeLog(path: string, megabytes: number): number {
  const file = openSync(path, "w");
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let used = 0;
  let written = 0;
  for (const line of logLines(20_261_120)) {
    if (used + line.length * 3 > BLOCK_BYTES) {
      written += writeSync(file, block, 0, used);
      used = 0;
      if (written >= megabytes * 1e6) break;
    }
    used += block.write(line, used);
  }
  closeSync(file);
  return written;
}

/** The triage in a process of its own: its memory is not the generator's. */
async function inChild(path: string): Promise<Result> {
  const child = spawn(process.execPath, [import.meta.filename, "--triage", path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await once(child, "close");
  return Result.parse(JSON.parse(said));
}

async function triage(path: string): Promise<void> {
  const startedAt = performance.now();
  const found = await triageLogs([await openLog(path)], { most: 15 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage();
  const result: Result = {
    seconds,
    cpuSeconds: (user + system) / 1e6,
    maxRssMb: process.resourceUsage().maxRSS / 1_024,
    messages: found.messages,
    malformed: found.malformedLines,
    findings: found.findings.map(
      ({ severity, impact, title }) => `${severity.padEnd(8)} ${impact.toFixed(1)}  ${title}`,
    ),
  };
  console.log(JSON.stringify(result));
}

const { values } = parseArgs({
  options: {
    megabytes: { type: "string", default: "1000" },
    "pgbadger-megabytes": { type: "string", default: "20" },
    triage: { type: "string" },
  },
});
const sizes = [Number(values.megabytes), Number(values["pgbadger-megabytes"])] as const;
if (values.triage !== undefined) await triage(values.triage);
else if (sizes.every((size) => Number.isInteger(size) && size >= 5 && size <= 100_000))
  process.exitCode = (await main(...sizes)) ? 0 : 1;
else {
  console.error("usage: npm run bench:logs [-- --megabytes <5 to 100000>] [--pgbadger-megabytes <5 to 100000>]");
  process.exitCode = 2;
}
