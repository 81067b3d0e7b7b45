import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AlertAnswer, AlertGroupAnswer, Problem } from "../../../shared/contracts/api.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { aGrafanaGroup, anAlertmanagerGroup, type GroupedWish } from "../../support/grouped-alerts.ts";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud(SMALL_SHOP);
  // A server that nobody can reach, so that what its alerts open stays open for a while.
  const registration = {
    displayName: "Stock",
    resourceId: "/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/stock",
    environment: "staging",
    enabled: true,
    connection: { kind: "url", urlSetting: "NOT_THERE" },
    alertLabels: { cluster: "stock-prod" },
  };
  expect((await cloud.call("PUT", "servers/stock", { as: ["admin"], body: registration })).status).toBe(201);
  // Another one that shares its labels.
  const twin = {
    ...registration,
    resourceId: `${registration.resourceId}-2`,
    alertLabels: { cluster: "stock-prod", role: "replica" },
  };
  expect((await cloud.call("PUT", "servers/stock-2", { as: ["admin"], body: twin })).status).toBe(201);
});
afterAll(() => cloud.stop());

type Source = "prometheus" | "grafana";
const post = (source: string, body: unknown) => cloud.call("POST", `alerts?source=${source}`, { as: [], body });
const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/alerts/${name}.json`, import.meta.url), "utf8"));

/** What became of each alert of a group. */
async function send(source: Source, ...wishes: GroupedWish[]): Promise<AlertAnswer[]> {
  const group = source === "prometheus" ? anAlertmanagerGroup : aGrafanaGroup;
  const answer = await post(source, group(...wishes));
  expect(answer.status).toBe(202);
  const { results } = AlertGroupAnswer.parse(answer.body);
  expect(results).toHaveLength(wishes.length);
  return results;
}
async function sendOne(source: Source, wish: GroupedWish): Promise<AlertAnswer> {
  const [result] = await send(source, wish);
  if (result === undefined) throw new Error("a group of one has one result");
  return result;
}

const onStock = { instance: "stock.postgres.database.azure.com:5432" };

describe.each<Source>(["prometheus", "grafana"])("an alert of %s", (source) => {
  test("opens an incident, told again is a duplicate, and resolved is noted", async () => {
    const wish = { labels: onStock, rule: `ByAddress-${source}`, fingerprint: `address-${source}` };
    const opened = await sendOne(source, wish);
    expect(opened.disposition).toBe("opened");
    expect(await sendOne(source, wish)).toEqual({ incidentId: opened.incidentId, disposition: "duplicate" });
    const resolved = await sendOne(source, { ...wish, status: "resolved" });
    expect(resolved).toEqual({ incidentId: opened.incidentId, disposition: "resolved" });
    const incident = await cloud.incident(opened.incidentId ?? "");
    expect(incident).toMatchObject({
      serverId: "stock",
      title: `ByAddress-${source} on stock`,
      alertResolvedAt: "2026-11-20T09:45:00.765Z",
    });
    const sender = source === "prometheus" ? "Alertmanager" : "Grafana";
    expect(incident.timeline.map(({ text }) => text)).toContain(`${sender} reports the alert as resolved.`);
  });

  test("for a server that no label names is ignored, until one does", async () => {
    const wish = { labels: { instance: `${source}.internal:9187` }, fingerprint: `unknown-${source}` };
    expect(await sendOne(source, wish)).toEqual({
      incidentId: null,
      disposition: "ignored",
      reason: "none of the alert's labels names a registered server",
    });
    const registration = {
      displayName: "New",
      resourceId: `/subscriptions/0/new/${source}`,
      environment: "staging",
      enabled: true,
      connection: { kind: "url", urlSetting: "NOT_THERE" },
      alertLabels: { instance: `${source}.internal:9187` },
    };
    const registered = await cloud.call("PUT", `servers/new-${source}`, { as: ["admin"], body: registration });
    expect(registered.status).toBe(201);
    // Told of once more after the sender's repeat interval.
    expect((await sendOne(source, wish)).disposition).toBe("opened");
  });

  test("whose labels name two servers is ignored with both of them", async () => {
    const labels = { cluster: "stock-prod", role: "replica" };
    expect(await sendOne(source, { labels, fingerprint: `two-${source}` })).toMatchObject({
      disposition: "ignored",
      reason: "the alert's labels name more than one server: stock, stock-2",
    });
  });

  test("whose resolution came first opens nothing", async () => {
    const wish = { labels: onStock, fingerprint: `late-${source}` };
    expect((await sendOne(source, { ...wish, status: "resolved" })).disposition).toBe("ignored");
    expect(await sendOne(source, wish)).toMatchObject({ reason: "its resolution arrived before it" });
  });

  test("that is wrong is refused with the path of each error", async () => {
    const answer = await post(source, {
      ...(fixture(source === "prometheus" ? "alertmanager" : "grafana") as object),
      alerts: [{ status: "on" }],
    });
    expect(answer.status).toBe(400);
    const paths = Problem.parse(answer.body).errors?.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["alerts.0.status", "alerts.0.labels", "alerts.0.startsAt"]));
  });

  test("over 256 KB is refused as too large", async () => {
    expect((await post(source, { padding: "x".repeat(257 * 1024) })).status).toBe(413);
  });
});

test("a group is taken alert by alert, and says how many its sender left out", async () => {
  const answer = await post("prometheus", fixture("alertmanager"));
  expect(answer.status).toBe(202);
  const { results, notTold } = AlertGroupAnswer.parse(answer.body);
  expect(notTold).toBe(3);
  // No server is called shop.postgres.database.azure.com here.
  expect(results.map(({ disposition }) => disposition)).toEqual(["ignored", "ignored"]);
});

test("a group of many alerts of one rule on one server is one incident that has them all", async () => {
  const wishes = Array.from({ length: 40 }, (_, number) => ({
    rule: "Storm",
    labels: { ...onStock, datname: `d${number}` },
    fingerprint: `storm-${number}`,
  }));
  const results = await send("prometheus", ...wishes);
  expect(results.map(({ disposition }) => disposition)).toEqual([
    "opened",
    ...Array.from({ length: 39 }, () => "attached"),
  ]);
  expect(new Set(results.map(({ incidentId }) => incidentId)).size).toBe(1);
  // The same group in part, as when its sender was not answered in time.
  const again = await send("prometheus", ...wishes.slice(0, 3), { ...wishes[0], rule: "Other", fingerprint: "other" });
  expect(again.map(({ disposition }) => disposition)).toEqual(["duplicate", "duplicate", "duplicate", "opened"]);
});

test("an alert that says its metric meets those of Azure on the same server", async () => {
  const target = "/subscriptions/0/resourceGroups/r/providers/Microsoft.DBforPostgreSQL/flexibleServers/stock";
  const azure = AlertAnswer.parse(
    (await cloud.postAlert(anAlert({ alertId: "both", metric: "memory_percent", target }))).body,
  );
  const labels = { ...onStock, pgmedic_metric: "memory_percent" };
  const other = await sendOne("grafana", { labels, fingerprint: "both", values: { B: 97, C: 1 } });
  expect([azure.disposition, other.disposition]).toEqual(["opened", "attached"]);
  expect(other.incidentId).toBe(azure.incidentId);
});

test("a storm of two kinds on a server with nothing wrong is looked at once, and then for what that does not explain", async () => {
  const labels = { resource_id: cloud.resourceId };
  const [first, second] = await send(
    "prometheus",
    { labels: { ...labels, pgmedic_metric: "cpu_percent" }, rule: "CpuHigh", fingerprint: "calm-1" },
    { labels, rule: "PostgresqlTooManyConnections", fingerprint: "calm-2" },
  );
  expect([first?.disposition, second?.disposition]).toEqual(["opened", "attached"]);
  const incident = await untilState(cloud, first?.incidentId ?? "", ["dismissed", "handedOff"]);
  expect(incident.alerts.map(({ rule }) => rule)).toEqual(["CpuHigh", "PostgresqlTooManyConnections"]);
  const note = incident.timeline.find(({ kind }) => kind === "note")?.text ?? "";
  const own = /^PostgresqlTooManyConnections is not explained by this: see (\S+)\.$/.exec(note)?.[1];
  expect(await untilState(cloud, own ?? "", ["dismissed", "handedOff"])).toMatchObject({
    title: expect.stringMatching(/^PostgresqlTooManyConnections on /),
    alerts: [{ rule: "PostgresqlTooManyConnections" }],
  });
  // Told to both of them.
  await sendOne("prometheus", {
    labels,
    rule: "PostgresqlTooManyConnections",
    fingerprint: "calm-2",
    status: "resolved",
  });
  expect((await cloud.incident(own ?? "")).alertResolvedAt).not.toBeNull();
  const { alertResolvedAt, timeline } = await cloud.incident(first?.incidentId ?? "");
  expect(alertResolvedAt).toBeNull();
  expect(timeline.at(-1)?.text).toBe("Alertmanager reports PostgresqlTooManyConnections as resolved.");
});

test("the body of one source is not taken for another's", async () => {
  expect((await post("azure", fixture("alertmanager"))).status).toBe(400);
  expect((await post("prometheus", anAlert())).status).toBe(400);
  expect((await post("pgmedic", fixture("grafana"))).status).toBe(400);
  expect((await post("pigeon", fixture("grafana"))).status).toBe(400);
});
