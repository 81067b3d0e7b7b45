// `npm run bench:cold [-- <rounds>]`: how long each zone's app takes to load in a fresh process, and how large its package is.
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { connectionStringOf } from "../support/insights.ts";
import { runTool } from "../support/run-tool.ts";
import { packageParts } from "./cold-start/package-size.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOADER = fileURLToPath(new URL("cold-start/load-app.ts", import.meta.url));
const STANDARD_ROUNDS = 10;
const TARGET_MS = { ingest: 250, api: null, runner: 800, all: null } as const;
const TARGET_PACKAGE_MB = 60;
const LARGEST = 10;
const MB = 2 ** 20;

const Loaded = z.object({ tookMs: z.number(), cpuMs: z.number(), exporterMs: z.number().optional() });
type Loaded = z.infer<typeof Loaded>;
/** With an endpoint for its telemetry an app has hooks to register; the SDK comes later. */
const TELLING = { APPLICATIONINSIGHTS_CONNECTION_STRING: connectionStringOf(1) };

async function load(zone: string, settings: Record<string, string> = {}, options: string[] = []): Promise<Loaded> {
  const env = { PGMEDIC_APP: zone, COSMOS_ENDPOINT: "http://127.0.0.1:1", ...settings };
  const { code, output } = await runTool([LOADER, "dist/functions/app.js", ...options], { env });
  const last = output.trim().split("\n").at(-1) ?? "";
  if (code !== 0 || !last.startsWith("{")) throw new Error(`${zone} does not load:\n${output.slice(0, 2_000)}`);
  return Loaded.parse(JSON.parse(last));
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function benchZones(rounds: number): Promise<boolean> {
  let isReached = true;
  console.log(`loading, median of ${rounds} fresh processes (fastest to slowest), and the CPU time of it:`);
  for (const [zone, targetMs] of Object.entries(TARGET_MS)) {
    await load(zone); // The first one fills the system's file cache.
    const runs: Loaded[] = [];
    for (let round = 1; round <= rounds; round += 1) runs.push(await load(zone));
    const times = runs.map(({ tookMs }) => tookMs);
    const middle = median(times);
    const isMet = targetMs === null || middle <= targetMs;
    isReached &&= isMet;
    const verdict = targetMs === null ? "" : `target ${targetMs} ms: ${isMet ? "reached" : "missed"}`;
    const range = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`;
    const cpuMs = median(runs.map((run) => run.cpuMs)).toFixed(0);
    console.log(`  ${zone.padEnd(7)} ${middle.toFixed(0).padStart(5)} ms (${range})  cpu ${cpuMs} ms  ${verdict}`);
  }
  return isReached;
}

/** What telemetry adds: to the loading of each app, and after it, while the app already answers. */
async function benchTelemetry(rounds: number): Promise<void> {
  console.log("with a connection string for telemetry, and what is loaded for it after the app has registered:");
  for (const zone of Object.keys(TARGET_MS)) {
    const without: number[] = [];
    const telling: number[] = [];
    const exporter: number[] = [];
    // In turns, so that both meet the same load.
    for (let round = 1; round <= rounds; round += 1) {
      without.push((await load(zone)).tookMs);
      const { tookMs, exporterMs = Number.NaN } = await load(zone, TELLING, ["--export"]);
      telling.push(tookMs);
      exporter.push(exporterMs);
    }
    const [before, after, later] = [median(without), median(telling), median(exporter)].map((ms) => ms.toFixed(0));
    console.log(`  ${zone.padEnd(7)} ${after?.padStart(5)} ms, without ${before} ms; afterwards ${later} ms`);
  }
}

function measurePackage(): boolean {
  const parts = packageParts(ROOT);
  const sum = (figure: (part: (typeof parts)[number]) => number): number =>
    parts.reduce((total, part) => total + figure(part), 0);
  const zippedMb = sum(({ zippedBytes }) => zippedBytes) / MB;
  const isMet = zippedMb <= TARGET_PACKAGE_MB;
  const unpackedMb = (sum(({ bytes }) => bytes) / MB).toFixed(0);
  console.log(
    `package: ${zippedMb.toFixed(1)} MB zipped, ${unpackedMb} MB unpacked, ${sum(({ files }) => files)} files of ${parts.length} parts; ` +
      `target ${TARGET_PACKAGE_MB} MB: ${isMet ? "reached" : "missed"}. The largest, zipped and unpacked:`,
  );
  for (const { name, bytes, zippedBytes } of parts.slice(0, LARGEST))
    console.log(
      `  ${name.padEnd(30)} ${(zippedBytes / MB).toFixed(1).padStart(5)} ${(bytes / MB).toFixed(1).padStart(6)} MB`,
    );
  return isMet;
}

const rounds = Number(process.argv[2] ?? STANDARD_ROUNDS);
console.log(
  `${cpus()[0]?.model ?? "unknown"} × ${cpus().length}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
);
if ((loadavg()[0] ?? 0) > cpus().length)
  console.log(
    "others are at work on this machine: the times are upper bounds, the CPU time is nearer to what an idle one takes",
  );
const isFast = await benchZones(rounds);
await benchTelemetry(rounds);
const isSmall = measurePackage();
process.exitCode = isFast && isSmall ? 0 : 1;
