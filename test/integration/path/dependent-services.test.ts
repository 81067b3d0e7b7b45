// What a service complains about may be the doing of the server that it depends on: one incident, and the service is named in it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { AlertAnswer, AlertGroupAnswer } from "../../../shared/contracts/api.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, SMALL_SHOP, startCloud } from "../../support/cloud.ts";
import { anAlertmanagerGroup } from "../../support/grouped-alerts.ts";

const ID = "/subscriptions/0/resourceGroups/r/providers";
const WEB = `${ID}/Microsoft.Web/sites/shop-web`;
let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud(SMALL_SHOP);
  // Servers that nobody can reach, so that what is opened for them stays open for a while.
  await register("orders", [WEB]);
  await register("billing", ["checkout"]);
  await register("payments", ["checkout"]);
  await register("resting", ["reports"], false);
});
afterAll(() => cloud.stop());

async function register(serverId: string, dependents: string[], enabled = true): Promise<void> {
  const body = {
    displayName: serverId,
    resourceId: idOf(serverId),
    environment: "staging",
    enabled,
    connection: { kind: "url", urlSetting: "NOT_THERE" },
    dependents,
  };
  expect((await cloud.call("PUT", `servers/${serverId}`, { as: ["admin"], body })).status).toBe(201);
}
const idOf = (serverId: string): string => `${ID}/Microsoft.DBforPostgreSQL/flexibleServers/${serverId}`;

async function post(alert: Parameters<typeof anAlert>[0]): Promise<AlertAnswer> {
  const answer = await cloud.call("POST", "alerts", { as: [], body: anAlert(alert) });
  expect(answer.status).toBe(202);
  return AlertAnswer.parse(answer.body);
}
async function postFor(service: string, fingerprint: string): Promise<AlertAnswer | undefined> {
  const body = anAlertmanagerGroup({ rule: "SlowCheckout", labels: { service }, fingerprint });
  const answer = await cloud.call("POST", "alerts?source=prometheus", { as: [], body });
  return AlertGroupAnswer.parse(answer.body).results[0];
}

test("a service's alert opens an incident on the server, is taken for none of the server's own, and its resolution is noted", async () => {
  const opened = await post({ alertId: "web-1", rule: "web-cpu", metric: "CpuPercentage", target: WEB });
  expect(opened.disposition).toBe("opened");
  const incident = await cloud.incident(opened.incidentId ?? "");
  expect(incident).toMatchObject({
    serverId: "orders",
    title: "web-cpu of shop-web, which depends on orders",
    alerts: [{ rule: "web-cpu", metric: null, value: null, threshold: null, service: "shop-web" }],
  });
  const resolved = await post({
    alertId: "web-1",
    rule: "web-cpu",
    metric: "CpuPercentage",
    target: WEB,
    condition: "Resolved",
  });
  expect(resolved).toEqual({ incidentId: opened.incidentId, disposition: "resolved" });
  expect((await cloud.incident(opened.incidentId ?? "")).alertResolvedAt).not.toBeNull();
});

test("a service of several servers is told of at the one that is in trouble, and nowhere before one is", async () => {
  expect(await postFor("checkout", "a")).toEqual({
    incidentId: null,
    disposition: "ignored",
    reason: "checkout depends on billing, payments, and nothing says which one it is about",
  });
  const own = await post({ alertId: "cpu", target: idOf("payments") });
  expect(own.disposition).toBe("opened");
  // What was ignored comes again, as Alertmanager repeats it.
  const attached = await postFor("checkout", "a");
  expect(attached).toEqual({ incidentId: own.incidentId, disposition: "attached" });
  expect(await postFor("checkout", "a")).toEqual({ incidentId: own.incidentId, disposition: "duplicate" });
  const { alerts, timeline } = await cloud.incident(own.incidentId ?? "");
  expect(alerts.map(({ service }) => service)).toEqual([undefined, "checkout"]);
  const lines = timeline.map(({ text }) => text);
  expect(lines).toContain("SlowCheckout of checkout fired as well: it may have the same cause.");
});

test("a service whose server is not enabled is told so", async () => {
  expect(await postFor("reports", "c")).toEqual({
    incidentId: null,
    disposition: "ignored",
    reason: "PgMedic is not enabled on resting",
  });
});

test("a service that nobody registered stays a stranger", async () => {
  expect((await postFor("elsewhere", "d"))?.reason).toBe("none of the alert's labels names a registered server");
});
