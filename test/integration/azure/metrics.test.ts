// Azure Monitor's metrics, read by Azure's own client from answers of the shape that it gives, good and bad.
import { afterEach, expect, test } from "vitest";
import { flexibleServersOf } from "../../../shared/adapters/flexible-servers.ts";
import { metricsOf } from "../../../shared/adapters/metrics.ts";
import { azureAnswers, failure, THROTTLED } from "../../support/azure-answers.ts";
import type { Fake, Reply } from "../../support/http-fake.ts";
import { RESOURCE } from "../../support/listed-alerts.ts";

let fake: Fake | undefined;
afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

const WINDOW = {
  resourceId: RESOURCE,
  metric: "cpu_percent",
  from: "2026-11-20T09:00:00.000Z",
  to: "2026-11-20T09:05:00.000Z",
} as const;

type Averages = (number | null | undefined)[];
const measured = (metric: string, averages: Averages) => ({
  id: `${RESOURCE}/providers/Microsoft.Insights/metrics/${metric}`,
  type: "Microsoft.Insights/metrics",
  // Azure's client calls a metric by this name in words, not by its own.
  name: { value: metric, localizedValue: metric.replace("_", " ") },
  displayDescription: metric,
  unit: "Percent",
  timeseries: [
    {
      metadatavalues: [],
      data: averages.map((average, minute) => ({
        timeStamp: `2026-11-20T09:0${minute}:00Z`,
        ...(average === undefined ? {} : { average }),
      })),
    },
  ],
  errorCode: "Success",
});
const batchOf = (metrics: Record<string, Averages>) => (): Reply => ({
  status: 200,
  body: {
    values: [
      {
        starttime: "2026-11-20T09:00:00Z",
        endtime: "2026-11-20T09:05:00Z",
        interval: "PT1M",
        namespace: "Microsoft.DBforPostgreSQL/flexibleServers",
        resourceregion: "westeurope",
        resourceid: RESOURCE,
        value: Object.entries(metrics).map(([metric, averages]) => measured(metric, averages)),
      },
    ],
  },
});
const batch = (...averages: Averages) => batchOf({ cpu_percent: averages });

const average = async (...replies: Parameters<typeof azureAnswers>) => {
  fake = await azureAnswers(...replies);
  return metricsOf(fake.url).average(WINDOW);
};

test("a metric is the mean of the minutes that have a figure, asked for in one batch", async () => {
  expect(await average(batch(40, 60, undefined, null, 80))).toBe(60);
  const [asked] = fake?.asked ?? [];
  expect(`${asked?.method} ${asked?.path}`).toBe(`POST /subscriptions/${RESOURCE.split("/")[2]}/metrics:getBatch`);
  expect(JSON.parse(asked?.body ?? "")).toEqual({ resourceids: [RESOURCE] });
  expect(Object.fromEntries(asked?.query ?? [])).toMatchObject({
    "api-version": "2024-02-01",
    metricnames: "cpu_percent",
    metricnamespace: "Microsoft.DBforPostgreSQL/flexibleServers",
    starttime: WINDOW.from,
    endtime: WINDOW.to,
    aggregation: "Average",
  });
  expect(asked?.headers.authorization).toBeUndefined();
});

test("several metrics are asked for at once, and each has its own figure or none", async () => {
  const answered = batchOf({ memory_percent: [70, 72], cpu_percent: [40, 60], storage_percent: [null] });
  fake = await azureAnswers(answered);
  const { metric: _, ...window } = WINDOW;
  const metrics = ["cpu_percent", "memory_percent", "storage_percent"] as const;
  const found = await metricsOf(fake.url).averages({ ...window, metrics });
  expect(Object.fromEntries(found)).toEqual({ cpu_percent: 50, memory_percent: 71 });
  expect(fake.asked).toHaveLength(1);
  expect(Object.fromEntries(fake.asked[0]?.query ?? [])).toMatchObject({ metricnames: metrics.join(",") });
});

test("a metric that is throttled is asked for once more, and not again and again", async () => {
  expect(await average(THROTTLED, batch(50))).toBe(50);
  await fake?.stop();
  expect(await average(THROTTLED)).toBeNull();
  expect(fake?.asked).toHaveLength(2);
});

test("a metric for which Azure wants more patience than it is worth is not known, at once", async () => {
  const begin = performance.now();
  expect(await average(failure(429, "TooManyRequests", "", { "retry-after": "60" }))).toBeNull();
  expect(fake?.asked).toHaveLength(1);
  expect(performance.now() - begin).toBeLessThan(1_500);
});

test("a metric for which Azure keeps silent is given up within seconds", async () => {
  const begin = performance.now();
  expect(await average(() => new Promise<Reply>(() => {}))).toBeNull();
  expect(performance.now() - begin).toBeLessThan(5_000);
});

test.each([
  ["without any series", () => ({ status: 200, body: { values: [] } })],
  ["without any figure", batch(null, undefined)],
  ["of a server that is not known", failure(404, "ResourceNotFound", "")],
  ["that may not be read", failure(403, "AuthorizationFailed", "")],
  ["in words that are no metrics", () => ({ status: 200, body: "<html>" })],
  ["in another shape", () => ({ status: 200, body: { values: "none" } })],
])("a metric %s is not known", async (_kind, reply) => {
  expect(await average(reply)).toBeNull();
});

test("a right that is missing is said once, with what mends it", async () => {
  const said: string[] = [];
  const listen = ({ message }: Error): void => void said.push(message);
  process.on("warning", listen);
  try {
    const refused = failure(403, "AuthorizationFailed", "");
    fake = await azureAnswers(refused, refused, failure(404, "ResourceNotFound", ""));
    const metrics = metricsOf(fake.url);
    for (let time = 1; time <= 3; time += 1) expect(await metrics.average(WINDOW)).toBeNull();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("warning", listen);
  }
  expect(said.filter((message) => message.includes("Microsoft.Insights/metrics/read"))).toHaveLength(1);
});

test("a metric of an endpoint that is down is not known", async () => {
  const { url, stop } = await azureAnswers(batch(1));
  await stop();
  expect(await metricsOf(url).average(WINDOW)).toBeNull();
});

const server = (location: string) => (): Reply => ({
  status: 200,
  body: { id: RESOURCE, name: "shop", type: "Microsoft.DBforPostgreSQL/flexibleServers", location, properties: {} },
});

test("the address of a region is made from the server's own, which is asked for once", async () => {
  fake = await azureAnswers(server("West Europe"), batch(10), batch(20));
  // On this machine a region is no part of a name, so that it goes into the path.
  const metrics = metricsOf(`${fake.url}/{region}`, flexibleServersOf(fake.url).regionOf);
  expect([await metrics.average(WINDOW), await metrics.average(WINDOW)]).toEqual([10, 20]);
  expect(
    fake.asked.map(({ method, path }) => `${method} ${path.replace(/subscriptions\/[^/]+/, "subscriptions/s")}`),
  ).toEqual([
    "GET /subscriptions/s/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop",
    "POST /westeurope/subscriptions/s/metrics:getBatch",
    "POST /westeurope/subscriptions/s/metrics:getBatch",
  ]);
});

test("a region that cannot be had leaves the figure unknown, and is asked for again the next time", async () => {
  fake = await azureAnswers(failure(403, "AuthorizationFailed", "no"), server("westeurope"), batch(10));
  const metrics = metricsOf(`${fake.url}/{region}`, flexibleServersOf(fake.url).regionOf);
  expect([await metrics.average(WINDOW), await metrics.average(WINDOW)]).toEqual([null, 10]);
});
