// `npm run bench:logs [-- --megabytes 1000]`: how fast a stderr log is triaged, in how much memory, and how pgBadger does on the same file.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, statSync, writeSync } from "node:fs";
import { cpus } from "node:os";
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

async function main(megabytes: number): Promise<boolean> {
  const folder = temporaryFolder();
  try {
    const path = join(folder.path, "postgresql.log");
    writeLog(path, megabytes * 1e6);
    const { size } = statSync(path);
    console.log(
      `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.versions.node}; ${Math.round(size / 1e6)} MB of stderr log\n`,
    );
    const own = await inChild(path);
    const speed = size / 1e6 / own.seconds;
    console.log(
      `triage    ${own.seconds.toFixed(1)} s, ${speed.toFixed(0)} MB/s (${(size / 1e6 / own.cpuSeconds).toFixed(0)} MB/s of CPU time), peak RSS ${own.maxRssMb.toFixed(0)} MB, ` +
        `${own.messages.toLocaleString("en")} messages, ${own.malformed} malformed lines`,
    );
    const other = pgBadgerSeconds(path, folder.path);
    if (other !== null)
      console.log(
        `pgbadger  ${other.toFixed(1)} s, ${(size / 1e6 / other).toFixed(1)} MB/s; the triage is ${(other / own.seconds).toFixed(1)} × as fast`,
      );
    console.log(`\n${own.findings.join("\n")}\n`);
    const goals: [string, boolean][] = [
      [`at least ${TARGET_MB_PER_SECOND} MB/s`, speed >= TARGET_MB_PER_SECOND],
      [`at most ${TARGET_RSS_MB} MB`, own.maxRssMb <= TARGET_RSS_MB],
      ...(other === null
        ? []
        : [
            [`at least ${TARGET_RATIO} × as fast as pgbadger -j 1`, other / own.seconds >= TARGET_RATIO] satisfies [
              string,
              boolean,
            ],
          ]),
    ];
    for (const [goal, isMet] of goals) console.log(`${goal}: ${isMet ? "met" : "missed"}`);
    return goals.every(([, isMet]) => isMet);
  } finally {
    folder.remove();
  }
}

function writeLog(path: string, bytes: number): void {
  const file = openSync(path, "w");
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  let used = 0;
  let written = 0;
  for (const line of logLines(20_261_120)) {
    if (used + line.length * 3 > BLOCK_BYTES) {
      written += writeSync(file, block, 0, used);
      used = 0;
      if (written >= bytes) break;
    }
    used += block.write(line, used);
  }
  closeSync(file);
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

function pgBadgerSeconds(path: string, folder: string): number | null {
  if (!existsSync(PGBADGER)) {
    console.log("pgbadger  not installed: `apt-get install pgbadger` (Debian, Ubuntu) lets this bench compare");
    return null;
  }
  const startedAt = performance.now();
  const options = ["-j", "1", "-q", "-f", "stderr", "-p", PREFIX, "-o", join(folder, "report.html"), path];
  const { status, stderr } = spawnSync(PGBADGER, options, { encoding: "utf8" });
  if (status !== 0) throw new Error(`pgbadger failed: ${stderr}`);
  return (performance.now() - startedAt) / 1_000;
}

const { values } = parseArgs({
  options: { megabytes: { type: "string", default: "1000" }, triage: { type: "string" } },
});
const megabytes = Number(values.megabytes);
if (values.triage !== undefined) await triage(values.triage);
else if (Number.isInteger(megabytes) && megabytes >= 1 && megabytes <= 100_000)
  process.exitCode = (await main(megabytes)) ? 0 : 1;
else {
  console.error("usage: npm run bench:logs [-- --megabytes <1 to 100000>]");
  process.exitCode = 2;
}
