// A server that is too small, on the local cloud: two people agree, Resource Manager scales it, and its CPU falls.
import pg from "pg";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callApi, forwarded } from "../../../infra/local/api-client.ts";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { platformOf } from "../../../shared/adapters/platform.ts";
import { AlertAnswer, type IncidentDetail, ServerView } from "../../../shared/contracts/api.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";

const ENDED = ["resolved", "failed", "rolledBack", "handedOff", "dismissed"] as const;
/** Each has the plan that it needs: a range of the primary key. Together they want more than one core. */
const STATEMENTS = [
  "sum(total)",
  "avg(total)",
  "stddev(total)",
  "max(customer_id)",
  "min(product_id)",
  "variance(total)",
];

const FULL_PERCENT = 92;

let cloud: Cloud;
let loads: Load[] = [];
beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
});
afterEach(async () => {
  await Promise.all(loads.map((load) => load.stop()));
  loads = [];
});
afterAll(() => cloud?.stop());

/** One session for each statement. */
function addSessions(): void {
  const parameter = (): number => Math.floor(Math.random() * 100_000);
  for (const figure of STATEMENTS) {
    const text = `select ${figure} from orders where id between $1 and $1 + 100000`;
    loads.push(startLoad(cloud.shop("shop_app"), { text, parameter }, { clients: 1, paceMs: 80 }));
  }
}

/** Adds sessions until the server's one core is full, whatever else this machine does, and begins an interval of that alone. */
async function hammer(): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    addSessions();
    await sleep(4_000);
    if ((await cpu(3)) >= FULL_PERCENT) break;
  }
  expect((await fetch(`${cloud.host}/admin/functions/takeSnapshots`, { method: "POST" })).status).toBe(202);
  await sleep(8_000);
}

async function complain(alertId: string): Promise<IncidentDetail> {
  const answer = await cloud.postAlert(anAlert({ alertId, value: 97, target: cloud.resourceId }));
  const { incidentId } = AlertAnswer.parse(answer.body);
  if (incidentId === null) throw new Error("the alert opened nothing");
  return untilState(cloud, incidentId, ["awaitingApproval", ...ENDED]);
}

function approve(name: string, { incidentId, proposal }: IncidentDetail) {
  const person = forwarded(cloud.host, cloud.secrets.frontProof, { name, roles: ["operator"] });
  const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" };
  return callApi(person, "POST", `incidents/${incidentId}/decision`, { body });
}

const cpu = async (seconds: number): Promise<number> => {
  const figures = await cloud.cpuPercent(new Date(Date.now() - seconds * 1_000), new Date());
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
};
const registered = async () => ServerView.parse((await cloud.call("GET", "servers/shop")).body);

test("a server that may not be scaled gets a recommendation", async () => {
  const { displayName, resourceId, environment, tier, enabled, vCores, schemas, connection } = await registered();
  const body = { displayName, resourceId, environment, tier, enabled, vCores, schemas, connection };
  expect((await cloud.call("PUT", "servers/shop", { as: ["admin"], body })).status).toBe(200);
  await hammer();
  const incident = await complain("full-1");
  expect(incident.diagnosis).toMatchObject({ verdict: "handoff", cause: "undersized" });
  expect(incident.proposal).toBeNull();
  const again = await cloud.call("PUT", "servers/shop", { as: ["admin"], body: { ...body, mayScale: true } });
  expect(again.status).toBe(200);
});

test("two people agree, the server becomes larger, its sessions end, and its CPU falls", async () => {
  await hammer();
  const idle = new pg.Client({ connectionString: cloud.shop("shop_app") });
  const ended = new Promise<string>((resolve) => idle.on("error", (error) => resolve(error.message)));
  await idle.connect();
  const incident = await complain("full-2");
  expect(incident.diagnosis).toMatchObject({ verdict: "cause", cause: "undersized" });
  expect(incident.proposal).toMatchObject({
    statement: "Azure compute size: Standard_B1ms (1 vCore, 2 GiB) → Standard_B2s (2 vCores, 4 GiB)",
    riskClass: "R3",
    approvalsNeeded: 2,
    inverse: { action: { kind: "scale_compute", parameters: { from: "Standard_B2s", to: "Standard_B1ms" } } },
  });
  expect((await approve("Ann", incident)).status).toBe(200);
  expect((await approve("Ann", incident)).status).toBe(409);
  expect((await approve("Bob", incident)).status).toBe(200);
  await untilState(cloud, incident.incidentId, ["verifying", ...ENDED]);
  // What is left fills at most one core, which was all of the server and is half of it now: whatever else this machine does.
  await Promise.all(loads.splice(1).map((load) => load.stop()));
  const closed = await untilState(cloud, incident.incidentId, [...ENDED]);
  expect(closed.resolution).toMatchObject({ path: "humanApproved" });
  expect(await ended).toMatch(/terminat/);
  const platform = platformOf(flexibleServersOf(cloud.monitor));
  expect(await platform.readResource(cloud.resourceId)).toMatchObject({ sku: "Standard_B2s", state: "Ready" });
  expect((await registered()).vCores).toBe(2);
  expect(closed.verification).toMatchObject({ basis: "measure", verdict: "improved", measure: "CPU (%)" });
  expect(await cpu(3)).toBeLessThan(70);
});
