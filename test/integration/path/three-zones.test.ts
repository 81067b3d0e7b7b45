// As deployed in Azure: three apps of the same package, each with its own zone, that share nothing but documents and messages.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { accountOf, faultsOf, type Journey, travel } from "../../chaos/support/journey.ts";
import { FRONT_PROOF, type Platform } from "../../chaos/support/platform.ts";
import { type Service, startProcess, temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
const zones: Partial<Record<"ingest" | "api", Service>> = {};
let arena: Arena;

beforeAll(async () => {
  arena = await startArena({ PGMEDIC_APP: "runner" });
  const { settings } = arena.platform.documents;
  for (const zone of ["ingest", "api"] as const) {
    zones[zone] = await startProcess("infra/local/host/main.ts", {
      PGMEDIC_HOST_PORT: "0",
      PGMEDIC_HOST_STATE: join(folder.path, zone),
      PGMEDIC_APP: zone,
      COSMOS_ENDPOINT: settings.COSMOS_ENDPOINT,
      COSMOS_KEY,
      ServiceBus: settings.ServiceBus ?? "",
      ...(zone === "api" ? { PGMEDIC_FRONT_PROOF: FRONT_PROOF } : {}),
    });
  }
}, 60_000);
afterAll(async () => {
  await zones.ingest?.stop();
  await zones.api?.stop();
  await arena?.stop();
  folder.remove();
});

const originOf = (zone: "ingest" | "api"): string => `http://127.0.0.1:${zones[zone]?.port}`;

/** Calls go where they go in Azure: alerts to ingest, the dashboard's to the api app, the host's own to the runner. */
function split(platform: Platform): Platform {
  const call: Platform["call"] = (method, path, body) => {
    if (!path.startsWith("api/")) return platform.call(method, path, body);
    return platform.callAt(path === "api/alerts" ? originOf("ingest") : originOf("api"), { method, path, body });
  };
  return { ...platform, call };
}

test("an alert becomes a verified fix across three apps, of which only the runner knows PostgreSQL", async () => {
  const opened = await arena.openJourney();
  const journey: Journey = { ...opened, platform: split(opened.platform) };
  expect(await travel(journey)).toMatchObject({ state: "resolved", resolution: { path: "humanApproved" } });
  const faults = await faultsOf(journey);
  expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
}, 120_000);

test("no app answers what is another's business", async () => {
  const { platform } = arena;
  const statusAt = async (origin: string, method: string, path: string): Promise<number> =>
    (await platform.callAt(origin, { method, path, ...(method === "GET" ? {} : { body: {} }) })).status;
  expect(await statusAt(originOf("ingest"), "GET", "api/servers")).toBe(404);
  expect(await statusAt(originOf("ingest"), "GET", "api/health")).toBe(200);
  expect(await statusAt(originOf("api"), "POST", "api/alerts")).toBe(404);
  expect(await statusAt(originOf("api"), "GET", "api/servers")).toBe(200);
  expect((await platform.call("POST", "api/alerts", {})).status).toBe(404);
  expect((await platform.call("GET", "api/servers")).status).toBe(404);
});
