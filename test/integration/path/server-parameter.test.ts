// A server parameter on the local cloud, the whole way: proposed, approved, set through Resource Manager, verified, taken back.
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { AlertAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";

const ENDED = ["resolved", "failed", "rolledBack", "handedOff"] as const;

let cloud: Cloud;
let database: pg.Client;
let storm: Load | undefined;
beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  database = new pg.Client({ connectionString: cloud.shop() });
  await database.connect();
  await database.query("create table log (payload text)");
});
afterEach(async () => {
  await storm?.stop();
  storm = undefined;
  await database.query("truncate log");
});
afterAll(async () => {
  await database?.end();
  await cloud?.stop();
});

const resourceManager = () => platformOf(flexibleServersOf(cloud.monitor), { patienceMs: 20_000, pollMs: 200 });
const set = (name: string, value: string) =>
  resourceManager().setServerParameter({ resourceId: cloud.resourceId, name, value });
const maxWalSize = async (): Promise<string | undefined> =>
  (await database.query<{ max_wal_size: string }>("show max_wal_size")).rows[0]?.max_wal_size;

/** Fills the log faster than its little room allows, then fires an alert; answers the incident once it waits for a person. */
async function stormy(alertId: string): Promise<IncidentDetail> {
  expect(await set("min_wal_size", "32")).toEqual({ outcome: "done" });
  expect(await set("max_wal_size", "32")).toEqual({ outcome: "done" });
  const text = "insert into log select repeat('l', 900) from generate_series(1, $1)";
  storm = startLoad(cloud.shop("postgres"), { text, parameter: () => 2_000 }, { clients: 1, paceMs: 20 });
  await sleep(6_000);
  const alert = anAlert({ alertId, rule: "write iops", metric: "write_iops", value: 5_000, target: cloud.resourceId });
  const { incidentId } = AlertAnswer.parse((await cloud.postAlert(alert)).body);
  if (incidentId === null) throw new Error("the alert opened nothing");
  return untilState(cloud, incidentId, ["awaitingApproval", ...ENDED]);
}

async function approve({ incidentId, proposal }: IncidentDetail): Promise<void> {
  const { status } = await cloud.call("POST", `incidents/${incidentId}/decision`, {
    body: { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" },
  });
  expect(status).toBe(200);
}

/** Under another name it is a server that nothing was done to yet. */
async function registerAs(id: string, former: string): Promise<void> {
  const shop = z.looseObject({}).parse((await cloud.call("GET", `servers/${former}`)).body);
  expect((await cloud.call("DELETE", `servers/${former}`, { as: ["admin"] })).status).toBe(204);
  const { displayName, resourceId, environment, tier, enabled, vCores, schemas, connection } = shop;
  const body = { displayName, resourceId, environment, tier, enabled, vCores, schemas, connection };
  expect((await cloud.call("PUT", `servers/${id}`, { as: ["admin"], body })).status).toBe(201);
}

const Run = z.object({ children: z.object({ host: z.object({ pid: z.number() }) }) });
async function killHost(): Promise<void> {
  const { host } = Run.parse(JSON.parse(readFileSync(join(cloud.settings.PGMEDIC_STATE, "run.json"), "utf8"))).children;
  process.kill(host.pid, "SIGKILL");
  const isBack = async () => (await cloud.call("GET", "health").catch(() => null))?.status === 200 || null;
  await eventually(isBack, { what: "the host's return" });
}

test("an approved change whose host dies between request and end is set once, seen in the server, and verified", async () => {
  const incident = await stormy("storm-1");
  expect(incident.diagnosis).toMatchObject({ verdict: "cause", cause: "checkpoint_storm" });
  expect(incident.proposal?.action).toMatchObject({
    kind: "set_server_parameter",
    parameters: { name: "max_wal_size", value: "256", oldValue: "32" },
  });
  await approve(incident);
  const isUpdating = async (): Promise<true | null> =>
    (await resourceManager().readResource(cloud.resourceId))?.state === "Updating" || null;
  await eventually(isUpdating, { what: "the change in Azure" });
  await killHost();
  const ended = await untilState(cloud, incident.incidentId, [...ENDED]);
  expect(ended.resolution).toMatchObject({ path: "humanApproved" });
  expect(ended.verification).toMatchObject({ basis: "measure", verdict: "improved" });
  expect(ended.execution).toMatchObject({ attempts: 1 });
  expect(await maxWalSize()).toBe("256MB");
});

test("a change that makes it worse is taken back, in the server too", async () => {
  await registerAs("shop-again", "shop");
  const incident = await stormy("storm-2");
  expect(incident.proposal?.inverse?.statement).toBe("Azure server parameter max_wal_size: 256 → 32");
  await approve(incident);
  await untilState(cloud, incident.incidentId, ["verifying", ...ENDED]);
  expect(await maxWalSize()).toBe("256MB");
  // Somebody's script asks for checkpoints again and again: the figure that the change is judged by rises.
  const end = new AbortController();
  const script = (async () => {
    while (!end.signal.aborted) await database.query("checkpoint");
  })();
  const ended = await untilState(cloud, incident.incidentId, [...ENDED]);
  end.abort();
  await script;
  expect(ended.resolution).toMatchObject({ path: "rolledBack" });
  expect(ended.rollBack).toMatchObject({ done: true });
  expect(await maxWalSize()).toBe("32MB");
});

test("a change that Azure refuses ends at once, with the reason", async () => {
  await registerAs("shop-refused", "shop-again");
  const incident = await stormy("storm-3");
  // From here on the server takes no change of its settings.
  const { rows } = await database.query<{ data_directory: string }>("show data_directory");
  appendFileSync(join(rows[0]?.data_directory ?? "", "pgmedic.conf"), "allow_alter_system = off\n");
  await database.query("select pg_reload_conf()");
  await approve(incident);
  const ended = await untilState(cloud, incident.incidentId, [...ENDED]);
  expect(ended.resolution).toMatchObject({
    path: "failed",
    because: expect.stringMatching(/Azure gave the change up: .*ALTER SYSTEM is not allowed/),
  });
  expect(await maxWalSize()).toBe("32MB");
});
