// Azure Monitor's metrics in batches, for one resource, with a resolution of one second.
// https://learn.microsoft.com/rest/api/monitor/metrics-batch/batch
import { z } from "zod";
import type { JsonAnswer, JsonRequest } from "../json-server.ts";
import { aggregate, type History } from "./history.ts";
import type { Target } from "./payload.ts";
import { Aggregation, secondsOf } from "./rules.ts";

const MAX_POINTS = 10_000;
/** Where the local server is said to be. */
export const REGION = "local";
const UNITS: Readonly<Record<string, string>> = {
  cpu_percent: "Percent",
  memory_percent: "Percent",
  storage_percent: "Percent",
  storage_free: "Bytes",
  storage_used: "Bytes",
  active_connections: "Count",
  max_connections: "Count",
  maximum_used_transactionIDs: "Count",
  is_db_alive: "Count",
};

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const list = z
  .string()
  .min(1)
  .transform((names) => names.split(","));
const Query = z
  .object({
    metricnamespace: z.string().min(1),
    metricnames: list,
    starttime: Instant,
    endtime: Instant,
    interval: z
      .string()
      .default("PT1M")
      .transform(secondsOf)
      .pipe(z.number("must be a duration such as PT1M").positive()),
    aggregation: list.default(["Average"]).pipe(z.array(Aggregation)),
  })
  .refine(
    ({ starttime, endtime, interval }) => endtime > starttime && (endtime - starttime) / 1000 / interval <= MAX_POINTS,
    {
      message: `the time must be positive and hold at most ${MAX_POINTS} intervals`,
    },
  );
type Query = z.infer<typeof Query>;
const Batch = z.object({ resourceids: z.array(z.string()).min(1) });

/** The answer for `POST /subscriptions/{id}/metrics:getBatch`, for the one server that is measured here. */
export function metricsAnswer(history: History, { resourceId }: Target, { url, body }: JsonRequest): JsonAnswer {
  const search = Object.fromEntries(url.searchParams);
  const [query, batch] = [Query.safeParse(search), Batch.safeParse(body)];
  if (!query.success) return refused(z.prettifyError(query.error));
  if (!batch.success) return refused(z.prettifyError(batch.error));
  const others = batch.data.resourceids.filter((id) => id.toLowerCase() !== resourceId.toLowerCase());
  if (others.length > 0) return refused(`Not measured here: ${others.join(",")}. The only server is ${resourceId}`);
  const unknown = query.data.metricnames.filter((name) => UNITS[name] === undefined);
  if (unknown.length > 0) {
    return refused(
      `Failed to find metric configuration for: ${unknown.join(",")}. Known: ${Object.keys(UNITS).join(",")}`,
    );
  }
  const measured = {
    starttime: search["starttime"],
    endtime: search["endtime"],
    interval: search["interval"] ?? "PT1M",
    namespace: query.data.metricnamespace,
    resourceregion: REGION,
    resourceid: resourceId,
    value: query.data.metricnames.map((name) => ({
      id: `${resourceId}/providers/Microsoft.Insights/metrics/${name}`,
      ...metricOf(history, query.data, name),
    })),
  };
  return { status: 200, body: { values: [measured] } };
}

function metricOf(history: History, query: Query, name: string) {
  return {
    type: "Microsoft.Insights/metrics",
    name: { value: name, localizedValue: name },
    unit: UNITS[name],
    // A metric that cannot be measured on this machine has no series, as in Azure.
    timeseries:
      history.latest(name) === undefined ? [] : [{ metadatavalues: [], data: pointsOf(history, query, name) }],
    errorCode: "Success",
  };
}

function pointsOf(history: History, { starttime: from, endtime: to, interval, aggregation }: Query, name: string) {
  const stepMs = interval * 1000;
  const points: Record<string, string | number>[] = [];
  for (let start = from; start < to; start += stepMs) {
    const values = history.values(name, start, Math.min(start + stepMs, to));
    const figures = aggregation.flatMap((how) => {
      const figure = aggregate(values, how);
      return figure === undefined ? [] : [[how.toLowerCase(), figure] as const];
    });
    points.push({ timeStamp: new Date(start).toISOString(), ...Object.fromEntries(figures) });
  }
  return points;
}

const refused = (message: string): JsonAnswer => ({ status: 400, body: { error: { code: "BadRequest", message } } });
