// `npm run bench:diagnosis [-- --direct] [-- --only a,b]`: is the diagnosis right? Plays every scenario of test/scenarios on real
// PostgreSQL through the real path, alert in and proposal out; some run on to approval, execution and verification.
import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cloudPath } from "../scenarios/support/cloud-path.ts";
import { collect } from "../scenarios/support/collection.ts";
import { directPath } from "../scenarios/support/direct.ts";
import type { Path } from "../scenarios/support/path.ts";
import { play, type Played } from "../scenarios/support/play.ts";
import { isGoodEnough, line, page, scoresOf, totals } from "../scenarios/support/scoreboard.ts";
import { serversOf } from "../scenarios/support/servers.ts";

const SCOREBOARD = join(import.meta.dirname, "../scenarios/SCOREBOARD.md");
const aborted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => aborted.abort());

const { values } = parseArgs({
  options: { direct: { type: "boolean", default: false }, only: { type: "string" }, postgres: { type: "string" } },
});

async function main(): Promise<boolean> {
  const scenarios = await collect(values.only?.split(",") ?? []);
  const servers = serversOf(values.postgres === undefined ? null : Number(values.postgres));
  const played: Played[] = [];
  const skipped: string[] = [];
  let path: Path | undefined;
  try {
    path = values.direct ? await directPath() : await cloudPath();
    for (const named of scenarios) {
      if (aborted.signal.aborted) return false;
      const server = await servers.for(named.scenario);
      if (server === null) {
        skipped.push(named.name);
        console.log(`none   ${named.name}: no server of this machine can show it`);
        continue;
      }
      const one = await play(server, path, named, { isHealing: named.scenario.heals !== undefined });
      played.push(one);
      console.log(`${String(played.length).padStart(3)}/${scenarios.length} ${line(one)}`);
    }
  } finally {
    await path?.close();
    await servers.stop();
  }
  return report(played, skipped);
}

function report(played: readonly Played[], skipped: readonly string[]): boolean {
  const scores = scoresOf(played);
  console.log(`\n${played.length} scenarios`);
  for (const [what, figure] of totals(scores)) console.log(`${what.padEnd(38)} ${figure}`);
  const way = values.direct
    ? "In one process (--direct)."
    : "Through the whole local cloud: alert, queue, run, document.";
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, load average ${loadavg()[0]?.toFixed(1)} at the end; PostgreSQL ${values.postgres ?? "18"}.`;
  const notes = [way, machine, ...(skipped.length === 0 ? [] : [`Not shown on this machine: ${skipped.join(", ")}.`])];
  if (values.only === undefined) writeFileSync(SCOREBOARD, page(played, notes));
  const isMet = isGoodEnough(scores);
  console.log(`targets: cause ≥ 95 %, decoys rejected 100 %, harmful 0, p95 ≤ 5 s: ${isMet ? "met" : "missed"}`);
  return isMet;
}

process.exit((await main()) ? 0 : 1);
