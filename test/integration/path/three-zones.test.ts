// As deployed in Azure: three apps of the same package, each with its own zone and the rights that infra/ gives it, that share nothing but
// documents and messages.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { COSMOS_KEY } from "../../../infra/local/cosmos/server.ts";
import { type Arena, startArena } from "../../chaos/support/arena.ts";
import { accountOf, enable, faultsOf, type Journey, travel } from "../../chaos/support/journey.ts";
import { FRONT_PROOF, type Platform } from "../../chaos/support/platform.ts";
import { documentRightsOf } from "../../support/bicep/document-rights.ts";
import { type RightsProxy, startRightsProxy } from "../../support/rights-proxy.ts";
import { type Service, startProcess, temporaryFolder } from "../../support/process.ts";

const folder = temporaryFolder();
const zones: Partial<Record<"ingest" | "api", Service>> = {};
const ways: Partial<Record<"ingest" | "api", RightsProxy>> = {};
let arena: Arena;
let journey: Journey;

beforeAll(async () => {
  arena = await startArena({ PGMEDIC_APP: "runner" });
  const { settings } = arena.platform.documents;
  for (const zone of ["ingest", "api"] as const) {
    const documentStore = Number(new URL(settings.COSMOS_ENDPOINT).port);
    const way = await startRightsProxy(() => documentStore, documentRightsOf("main.prod.bicepparam", zone));
    ways[zone] = way;
    zones[zone] = await startProcess("infra/local/host/main.ts", {
      PGMEDIC_HOST_PORT: "0",
      PGMEDIC_HOST_STATE: join(folder.path, zone),
      PGMEDIC_APP: zone,
      COSMOS_ENDPOINT: way.endpoint,
      COSMOS_KEY,
      ServiceBus: settings.ServiceBus ?? "",
      ...(zone === "api" ? { PGMEDIC_FRONT_PROOF: FRONT_PROOF } : {}),
    });
  }
}, 60_000);
afterAll(async () => {
  await zones.ingest?.stop();
  await zones.api?.stop();
  await Promise.all(Object.values(ways).map((way) => way.stop()));
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
  journey = { ...opened, platform: split(opened.platform) };
  expect(await travel(journey)).toMatchObject({ state: "resolved", resolution: { path: "humanApproved" } });
  const faults = await faultsOf(journey);
  expect(faults, faults.length === 0 ? "" : await accountOf(journey)).toEqual([]);
  expect([ways.ingest?.refused, ways.api?.refused]).toEqual([[], []]);
}, 120_000);

test("what people do on the dashboard needs no right that the api app does not have", async () => {
  const { platform } = arena;
  const asAnn = async (method: string, path: string, body?: unknown): Promise<number> =>
    (await platform.callAt(originOf("api"), { method, path: `api/${path}`, body })).status;
  const asked = [
    "servers",
    "incidents",
    "timeline",
    "instructions",
    "changes",
    "autonomy",
    "playbooks",
    "playbooks/investigateHighCPU",
    "dead-letters",
    "memory/calibration",
  ];
  for (const path of asked) expect(await asAnn("GET", path), path).toBe(200);
  const { serverId } = journey;
  expect((await enable(journey, true)).status).toBe(200);
  expect(await asAnn("GET", `servers/${serverId}`)).toBe(200);
  // An incident that somebody opens by hand takes the open key as one of an alert does.
  expect(await asAnn("POST", "incidents", { serverId, note: "slow since noon" })).toBe(202);
  expect(ways.api?.refused).toEqual([]);
});

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
