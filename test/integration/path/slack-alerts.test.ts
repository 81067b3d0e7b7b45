// Alerts that come to a channel of Slack: each is taken in once and answered in its thread, with what was found at its end.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { notice } from "../../../functions/notify.ts";
import { services } from "../../../functions/services.ts";
import { readSlack } from "../../../functions/slack-alerts.ts";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../../infra/local/cosmos/server.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { Server } from "../../../shared/contracts/server.ts";
import { aDiagnosis } from "../../support/incidents.ts";
import { temporaryFolder } from "../../support/process.ts";
import { startWorkspace } from "../../support/slack-workspace.ts";

const CHANNEL = "C0ALERTS1";
const folder = temporaryFolder();
let cosmos: Cosmos;
let workspace: Awaited<ReturnType<typeof startWorkspace>>;
let warned: string[] = [];
beforeAll(async () => {
  cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  workspace = await startWorkspace();
  Object.assign(process.env, workspace.settings, {
    COSMOS_ENDPOINT: cosmos.endpoint,
    COSMOS_KEY,
    ServiceBus: "Endpoint=sb://127.0.0.1:1",
    PGMEDIC_SLACK_CHANNELS: `${CHANNEL}, C0OTHERS1`,
    PGMEDIC_DASHBOARD_URL: "https://pgmedic.example/",
  });
  for (const serverId of ["shop-db", "stock"]) {
    const registration = { displayName: serverId, resourceId: `/${serverId}`, environment: "staging", enabled: true };
    const connection = { kind: "url", urlSetting: "X" };
    const registeredAt = new Date().toISOString();
    await services().servers.put(Server.parse({ ...registration, serverId, connection, registeredAt }));
  }
});
afterAll(async () => {
  await workspace.stop();
  await cosmos.stop();
  folder.remove();
});
const poll = (): Promise<void> => readSlack(null, { warn: (text: unknown) => void warned.push(String(text)) });
beforeEach(async () => {
  warned = [];
  await poll();
  workspace.posted.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { incidentId, correlationKey } of await services().incidents.list()) {
    await services().alerts.closeOpen({ incidentId, correlationKey });
    await services().documents.remove({ container: "incidents", id: incidentId, partition: incidentId });
  }
});

const write = (text: string): string => workspace.write(CHANNEL, text);
const incidents = (): Promise<Incident[]> => services().incidents.list();
async function theIncident(): Promise<Incident> {
  const [incident, ...others] = await incidents();
  if (incident === undefined || others.length > 0) throw new Error("there is one incident");
  return incident;
}

test("a channel begins now: what was said before anybody listened is nobody's alert", async () => {
  workspace.write("C0OTHERS1", "ALERT: CPU above 90% on shop-db");
  await services().documents.remove({ container: "system", id: "slack-C0OTHERS1", partition: "slack-C0OTHERS1" });
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await poll();
  await poll();
  expect(await incidents()).toEqual([]);
});

test("an alert opens an incident and is answered in its thread; polled again it is neither", async () => {
  workspace.write(CHANNEL, "shop-db is slow today, isn't it?");
  const ts = write("[FIRING:1] HighCPU shop-db (critical)");
  workspace.write(CHANNEL, "ALERT: CPU on stock", { thread_ts: ts });
  workspace.write(CHANNEL, "ALERT: joined stock", { subtype: "channel_join" });
  await poll();
  await poll();
  const { incidentId, serverId, alerts, severity } = await theIncident();
  expect({ serverId, severity }).toEqual({ serverId: "shop-db", severity: "Sev0" });
  expect(alerts).toMatchObject([{ rule: "HighCPU shop-db", alertId: `slack/${CHANNEL}/${ts}`, metric: null }]);
  expect(workspace.posted).toMatchObject([
    {
      channel: CHANNEL,
      thread_ts: ts,
      text: `I am looking at it: <https://pgmedic.example/incidents/${incidentId}|${incidentId}>.`,
    },
  ]);
});

test("several pages are read, the oldest first, and alerts of one load are one incident, each told so in its own thread", async () => {
  const first = write("ALERT: CPU above 90% on shop-db");
  for (const word of ["one", "two", "three"]) write(`nobody asked: ${word}`);
  const second = write("ALERT: slow queries on shop-db");
  await poll();
  const { incidentId, alerts } = await theIncident();
  expect(alerts.map(({ rule }) => rule)).toEqual(["CPU above 90% on shop-db", "slow queries on shop-db"]);
  expect(workspace.posted.map(({ thread_ts }) => thread_ts)).toEqual([first, second]);
  expect(workspace.posted[1]?.text).toContain(`This belongs to <https://pgmedic.example/incidents/${incidentId}|`);
});

test("an alert that names no server, or two, is left to people with the reason", async () => {
  write("[FIRING:1] HighCPU (critical web-7)");
  write("ALERT: replication from shop-db to stock broke");
  await poll();
  expect(await incidents()).toEqual([]);
  expect(workspace.posted.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^I leave this to you: it names no server that I watch\./),
    expect.stringMatching(/^I leave this to you: it names more than one server: shop-db, stock\./),
  ]);
});

test("its end is noted in the incident, and an end of nothing is passed over", async () => {
  write("RESOLVED: locks on shop-db");
  write("ALERT: 12 deadlocks on shop-db");
  await poll();
  write("RESOLVED: 0 deadlocks on shop-db");
  await poll();
  const { alertResolvedAt, timeline } = await theIncident();
  expect(alertResolvedAt).not.toBeNull();
  expect(timeline.map(({ text }) => text)).toContain("Slack reports the alert as resolved.");
  expect(workspace.posted).toHaveLength(1);
});

test("what was found is told in the threads of the incident's alerts, once", async () => {
  const ts = write("ALERT: CPU above 90% on shop-db");
  await poll();
  const { incidentId } = await theIncident();
  const at = new Date().toISOString();
  await services().incidents.change(incidentId, (incident) => ({
    ...incident,
    state: "dismissed",
    diagnosis: { ...aDiagnosis(), verdict: "healthy" },
    resolution: { path: "noAction", because: "Nothing is wrong with the server.", at },
  }));
  for (const _ of [1, 2]) await notice(incidentId, { warn: (text: unknown) => void warned.push(String(text)) });
  expect(workspace.posted).toHaveLength(2);
  expect(workspace.posted[1]).toMatchObject({ channel: CHANNEL, thread_ts: ts });
  expect(JSON.stringify(workspace.posted[1])).toContain("Nothing is wrong with the server.");
});

test.each([
  { method: "chat.postMessage", reply: { status: 429, headers: { "retry-after": "1" } } },
  { method: "chat.postMessage", reply: { status: 200, body: { ok: false, error: "ratelimited" } } },
  { method: "conversations.history", reply: { status: 503 } },
])("while Slack answers $reply.status to $method nothing is lost, and nothing is done twice", async (failure) => {
  const [first, second] = [write("ALERT: CPU above 90% on shop-db"), write("ALERT: CPU above 90% on stock")];
  workspace.failures.push(failure);
  await poll();
  expect(warned).toHaveLength(1);
  await poll();
  expect((await incidents()).map(({ serverId }) => serverId).toSorted()).toEqual(["shop-db", "stock"]);
  expect(workspace.posted.map(({ thread_ts }) => thread_ts)).toEqual([first, second]);
});

test("killed before it is written how far it came, it answers once more and opens nothing twice", async () => {
  write("ALERT: CPU above 90% on shop-db");
  const { system } = services();
  vi.spyOn(system, "keepSlackProgress").mockRejectedValueOnce(new Error("killed"));
  await poll();
  await poll();
  expect(await incidents()).toHaveLength(1);
  expect(workspace.posted).toHaveLength(2);
});

test("a channel that does not let it answer is said, and keeps no alert from being looked at", async () => {
  write("ALERT: CPU above 90% on shop-db");
  workspace.failures.push({
    method: "chat.postMessage",
    reply: { status: 200, body: { ok: false, error: "not_in_channel" } },
  });
  await poll();
  expect(await incidents()).toHaveLength(1);
  expect(warned).toEqual([expect.stringContaining("not_in_channel")]);
});
