import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { chmodSync } from "node:fs";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import type { Figures } from "../../../infra/local/monitor/history.ts";
import { type MonitorOptions, startMonitor } from "../../../infra/local/monitor/monitor.ts";
import { targetFrom } from "../../../infra/local/monitor/payload.ts";
import { alertRules } from "../../../infra/local/monitor/rules.ts";
import { createSampler } from "../../../infra/local/monitor/sampler.ts";
import { startPostgres } from "../../../infra/local/postgres/server.ts";
import { CommonAlert } from "../../../shared/contracts/alert.ts";
import { metricsOf } from "../../../shared/adapters/metrics.ts";
import { temporaryFolder } from "../../support/process.ts";

const resourceId =
  "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/Shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop-db";
const MINUTE_MS = 200;
const cpuRule = alertRules.filter(({ metricName }) => metricName === "cpu_percent");
const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

/** An endpoint that answers with the given status codes in turn, the last one for ever, and remembers what it got. */
async function anEndpoint(statuses: number[] = [202]) {
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const text = Buffer.concat(chunks.map((chunk) => Buffer.from(z.instanceof(Uint8Array).parse(chunk)))).toString();
      bodies.push(JSON.parse(text));
      response.writeHead(statuses[Math.min(bodies.length, statuses.length) - 1] ?? 202).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${address.port}/api/alerts`, bodies };
}

async function aMonitor(alertsUrl: string, more: Partial<MonitorOptions>) {
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const options = {
    port: 0,
    target: targetFrom(resourceId),
    sample: () => Promise.resolve({}),
    alertsUrl,
    stateFolder: folder.path,
    minuteMs: MINUTE_MS,
    rules: cpuRule,
    retryDelaysMs: [20, 20, 20, 20, 20],
    log: () => {},
    ...more,
  };
  const start = async () => {
    const monitor = await startMonitor(options);
    let isStopped = false;
    const stop = async () => {
      if (!isStopped) await monitor.stop();
      isStopped = true;
    };
    cleanUps.push(stop);
    return { port: monitor.port, stop };
  };
  return { start };
}

async function until(condition: () => boolean, withinMs = 5_000) {
  for (const end = Date.now() + withinMs; !condition();) {
    if (Date.now() > end) throw new Error("it did not happen in time");
    await sleep(20);
  }
}

const cpuOf = (value: { percent: number }) => (): Promise<Figures> => Promise.resolve({ cpu_percent: value.percent });
const conditionOf = (body: unknown) => CommonAlert.parse(body).data.essentials.monitorCondition;

test("an alert fires once while the figure stays high, and resolves after three healthy checks", async () => {
  const endpoint = await anEndpoint();
  const cpu = { percent: 95 };
  await (await aMonitor(endpoint.url, { sample: cpuOf(cpu) })).start();
  await until(() => endpoint.bodies.length === 1);
  await sleep(MINUTE_MS * 8);
  expect(endpoint.bodies.map(conditionOf)).toEqual(["Fired"]);

  const healthyFrom = Date.now();
  cpu.percent = 5;
  await until(() => endpoint.bodies.length === 2);
  // Three checks lie at least two minutes apart.
  expect(Date.now() - healthyFrom).toBeGreaterThanOrEqual(MINUTE_MS * 2);
  cpu.percent = 99;
  await until(() => endpoint.bodies.length === 3);
  expect(endpoint.bodies.map(conditionOf)).toEqual(["Fired", "Resolved", "Fired"]);
  const ids = endpoint.bodies.map((body) => CommonAlert.parse(body).data.essentials.alertId);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).not.toBe(ids[0]);
});

// Matchers are typed `any`.
const like = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const ofType = (type: typeof String | typeof Number): unknown => expect.any(type);
const containing = (items: unknown[]): unknown => expect.arrayContaining(items);

const GUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const TICKS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/;

test("the payload has every field of Azure's metric alert, and no other", async () => {
  const endpoint = await anEndpoint();
  const cpu = { percent: 91.23456 };
  await (await aMonitor(endpoint.url, { sample: cpuOf(cpu) })).start();
  await until(() => endpoint.bodies.length === 1);
  cpu.percent = 1;
  await until(() => endpoint.bodies.length === 2);
  const subscription = "/subscriptions/00000000-0000-0000-0000-000000000001";
  const essentials = {
    alertId: like(new RegExp(`^${subscription}/providers/Microsoft.AlertsManagement/alerts/${GUID}$`)),
    alertRule: "pgmedic-cpu-percent",
    alertRuleId: `${subscription}/resourceGroups/Shop/providers/microsoft.insights/metricAlerts/pgmedic-cpu-percent`,
    severity: "Sev2",
    signalType: "Metric",
    monitorCondition: "Fired",
    monitoringService: "Platform",
    alertTargetIDs: [resourceId.toLowerCase()],
    configurationItems: ["shop-db"],
    originAlertId: like(new RegExp(`^${GUID}_Shop_microsoft.insights_metricAlerts_pgmedic-cpu-percent_-?\\d+$`)),
    firedDateTime: like(TICKS),
    description: "CPU of the server is above 80 % on average.",
    essentialsVersion: "1.0",
    alertContextVersion: "1.0",
  };
  const criterion = {
    metricName: "cpu_percent",
    metricNamespace: "Microsoft.DBforPostgreSQL/flexibleServers",
    operator: "GreaterThan",
    threshold: "80",
    timeAggregation: "Average",
    dimensions: [],
    metricValue: 91.235,
  };
  const body = (of: object, metricValue: unknown) => ({
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: of,
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: { windowSize: "PT5M", allOf: [{ ...criterion, metricValue }] },
      },
      customProperties: null,
    },
  });
  expect(endpoint.bodies[0]).toStrictEqual(body(essentials, 91.235));
  const resolved = {
    ...essentials,
    monitorCondition: "Resolved",
    resolvedDateTime: like(TICKS),
  };
  expect(endpoint.bodies[1]).toStrictEqual(body(resolved, ofType(Number)));
});

test.each([408, 429, 503, 504])("an endpoint that answers %d gets the alert again", async (status) => {
  const endpoint = await anEndpoint([status, status, 202]);
  await (await aMonitor(endpoint.url, { sample: cpuOf({ percent: 99 }) })).start();
  await until(() => endpoint.bodies.length === 3);
  await sleep(150);
  expect(endpoint.bodies).toHaveLength(3);
  expect(endpoint.bodies[2]).toEqual(endpoint.bodies[0]);
});

test("an endpoint that answers 500 loses the alert, as in Azure", async () => {
  const endpoint = await anEndpoint([500]);
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  await (await aMonitor(endpoint.url, { sample: cpuOf({ percent: 99 }), log })).start();
  await until(() => endpoint.bodies.length === 1);
  await sleep(200);
  expect(endpoint.bodies).toHaveLength(1);
  expect(lines.join()).toContain("HTTP 500, which is not retried: the alert is lost");
});

test("a restarted monitor does not fire again, delivers what was not taken, and still resolves", async () => {
  const endpoint = await anEndpoint();
  const cpu = { percent: 99 };
  const unreachable = "http://127.0.0.1:9/api/alerts";
  const folder = temporaryFolder();
  cleanUps.push(() => folder.remove());
  const more = { sample: cpuOf(cpu), stateFolder: folder.path };
  const lines: string[] = [];
  const before = await aMonitor(unreachable, { ...more, retryDelaysMs: [60_000], log: (line) => lines.push(line) });
  const first = await before.start();
  await until(() => lines.some((line) => line.includes("fired")));
  await first.stop();

  await (await aMonitor(endpoint.url, more)).start();
  await until(() => endpoint.bodies.length === 1);
  await sleep(MINUTE_MS * 4);
  expect(endpoint.bodies).toHaveLength(1);
  cpu.percent = 1;
  await until(() => endpoint.bodies.length === 2);
  expect(endpoint.bodies.map(conditionOf)).toEqual(["Fired", "Resolved"]);
});

test("a rule on a share of another metric is held against that metric", async () => {
  const endpoint = await anEndpoint();
  const rules = alertRules.filter(({ metricName }) => metricName === "active_connections");
  const figures = { active_connections: 81, max_connections: 100 };
  await (await aMonitor(endpoint.url, { rules, sample: () => Promise.resolve(figures) })).start();
  await until(() => endpoint.bodies.length === 1);
  const context = z
    .looseObject({ condition: z.object({ allOf: z.array(z.looseObject({})) }) })
    .parse(CommonAlert.parse(endpoint.bodies[0]).data.alertContext);
  expect(context.condition.allOf[0]).toMatchObject({
    metricName: "active_connections",
    threshold: "80",
    metricValue: 81,
  });
});

test("the CPU of a busy PostgreSQL fires the alert, its metrics are served by second, and calm resolves it", async () => {
  const folder = temporaryFolder();
  chmodSync(folder.path, 0o711);
  const server = await startPostgres({ dataFolder: join(folder.path, "data"), port: 0, password: "x" });
  cleanUps.push(async () => {
    await server.stop();
    folder.remove();
  });
  const sampler = createSampler({
    url: server.url("postgres"),
    dataFolder: server.dataFolder,
    vCores: () => 1,
    storageBytes: () => 2 ** 40,
  });
  cleanUps.push(() => sampler.stop());
  const endpoint = await anEndpoint();
  const monitor = await (await aMonitor(endpoint.url, { sample: sampler.sample, rules: alertRules })).start();
  const start = new Date();
  const end = Date.now() + 3_000;
  const work = async () => {
    const client = new pg.Client({ connectionString: server.url("postgres") });
    await client.connect();
    while (Date.now() < end) await client.query("select count(*) from generate_series(1, 300000) as n where n % 7 = 1");
    await client.end();
  };
  // More than one core's worth, so that one is full even where others want some of the machine.
  await Promise.all([work(), work(), work()]);
  await until(() => endpoint.bodies.length === 2);
  expect(endpoint.bodies.map(conditionOf)).toEqual(["Fired", "Resolved"]);
  expect(CommonAlert.parse(endpoint.bodies[0]).data.essentials.alertRule).toBe("pgmedic-cpu-percent");

  const metrics = metricsOf(`http://127.0.0.1:${monitor.port}`);
  const window = { resourceId, from: start.toISOString(), to: new Date(end).toISOString() };
  expect(await metrics.average({ ...window, metric: "cpu_percent" })).toBeGreaterThan(60);
  expect(await metrics.average({ ...window, metric: "storage_free" })).toBeGreaterThan(1_000_000);
  const namespace = "Microsoft.DBforPostgreSQL/flexibleServers";
  const ask = (metricnames: string, resource = resourceId): Promise<Response> => {
    const query = `metricnamespace=${namespace}&starttime=${window.from}&endtime=${window.to}&interval=PT1S`;
    const path = `subscriptions/s/metrics:getBatch?${query}&aggregation=Average,Maximum&metricnames=${metricnames}`;
    return fetch(`http://127.0.0.1:${monitor.port}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceids: [resource] }),
    });
  };
  expect(await (await ask("cpu_percent,is_db_alive")).json()).toMatchObject({
    values: [
      {
        starttime: window.from,
        endtime: window.to,
        interval: "PT1S",
        namespace,
        resourceid: resourceId,
        value: [
          {
            name: { value: "cpu_percent" },
            unit: "Percent",
            timeseries: [
              {
                data: containing([{ timeStamp: ofType(String), average: ofType(Number), maximum: ofType(Number) }]),
              },
            ],
          },
          { name: { value: "is_db_alive" } },
        ],
      },
    ],
  });
  expect((await ask("speed")).status).toBe(400);
  expect((await ask("cpu_percent", resourceId.replace("shop-db", "other"))).status).toBe(400);
});

test("a server that does not answer is reported as not alive", async () => {
  const endpoint = await anEndpoint();
  const sampler = createSampler({
    url: "postgres://nobody@127.0.0.1:9/db",
    dataFolder: undefined,
    vCores: () => 1,
    storageBytes: () => 2 ** 40,
  });
  await (await aMonitor(endpoint.url, { sample: sampler.sample, rules: alertRules })).start();
  await until(() => endpoint.bodies.length === 1);
  expect(CommonAlert.parse(endpoint.bodies[0]).data.essentials).toMatchObject({
    alertRule: "pgmedic-is-db-alive",
    severity: "Sev1",
  });
});
