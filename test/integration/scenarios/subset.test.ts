import { afterAll, beforeAll, expect, test } from "vitest";
import { cloudPath } from "../../scenarios/support/cloud-path.ts";
import { collect } from "../../scenarios/support/collection.ts";
import type { Path } from "../../scenarios/support/path.ts";
import { play } from "../../scenarios/support/play.ts";
import { serversOf } from "../../scenarios/support/servers.ts";

/** One of each family, its look-alike beside it: all of them take a quarter of an hour (`npm run bench:diagnosis`). */
const SUBSET = [
  "missing-index",
  "missing-index-low-selectivity",
  "missing-expression-index",
  "stale-statistics",
  "correlated-columns",
  "lock-blocking-idle-root",
  "lock-blocking-active-root",
  "ddl-lock-queue",
  "connection-exhaustion-by-locks",
  "table-bloat",
  "n-plus-one-many-cheap-lookups",
  "expected-load-backup",
];
const SCENARIO_MS = 60_000;

const scenarios = await collect(SUBSET);
const servers = serversOf();
let path: Path;

beforeAll(async () => {
  path = await cloudPath();
});
afterAll(async () => {
  await path.close();
  await servers.stop();
});

test.each(scenarios.map((named) => [named.scenario.title, named] as const))(
  "%s",
  async (_title, named) => {
    const server = await servers.for(named.scenario);
    if (server === null) throw new Error("there is no server for it");
    const { mark } = await play(server, path, named);
    expect(mark).toMatchObject({ cause: true, action: true, parameters: true, harm: [] });
  },
  SCENARIO_MS,
);
