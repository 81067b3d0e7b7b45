// `npm run bench:advisor [-- --quick] [-- --version 18] [-- --server URL]`: what the advised indexes do on a real server where they are really built, and how
// near the planner clone comes to that server's own planner. Exit code 0 when every target is reached.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startPlannerClone } from "../../shared/advisor/clone-thread.ts";
import type { BenchSet } from "./advisor/bench-set.ts";
import { type BenchServer, benchServer, databaseOf } from "./advisor/database.ts";
import { judgeFidelity } from "./advisor/fidelity.ts";
import { helpdesk } from "./advisor/helpdesk.ts";
import { shop } from "./advisor/shop.ts";
import { trade } from "./advisor/trade.ts";
import { trySet } from "./advisor/try-set.ts";

const QUICK_SCALE = 0.05;
const SETS: readonly BenchSet[] = [shop, helpdesk, trade];

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    /** A running server that keeps the data from one run to the next; its superuser's URL. */
    server: { type: "string" },
    /** A major version of PostgreSQL that is installed. */
    version: { type: "string" },
    only: { type: "string" },
    "no-fidelity": { type: "boolean", default: false },
  },
});

async function main(server: BenchServer, folder: string): Promise<boolean> {
  const scale = given.quick ? QUICK_SCALE : 1;
  const clone = startPlannerClone(folder);
  let isReached = true;
  try {
    // Making the clone takes seconds, once in the life of a process.
    await clone.plan("select 1");
    console.log(
      `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${Math.round(totalmem() / 2 ** 30)} GB; ${server.name}; Node ${process.versions.node}; load average ${loadavg()
        .map((one) => one.toFixed(1))
        .join(" ")}`,
    );
    for (const set of SETS.filter(({ name }) => name.includes(given.only ?? ""))) {
      const run = { clone, set, url: await databaseOf(server, set, scale), scale, isQuick: given.quick };
      isReached = (await trySet(run)) && isReached;
      if (given["no-fidelity"]) continue;
      isReached = (await judgeFidelity(run)) && isReached;
    }
    return isReached;
  } finally {
    await clone.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), "pgmedic-bench-clone-"));
const server = await benchServer({
  url: given.server ?? null,
  version: given.version === undefined ? null : Number(given.version),
});
try {
  process.exitCode = (await main(server, folder)) ? 0 : 1;
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
