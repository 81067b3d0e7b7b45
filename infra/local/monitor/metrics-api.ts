// Azure Monitor's metrics REST API, for one resource, with a resolution of one second.
// https://learn.microsoft.com/rest/api/monitor/metrics/list
import { z } from "zod";
import type { JsonAnswer } from "../json-server.ts";
import { aggregate, type History } from "./history.ts";
import { Aggregation, secondsOf } from "./rules.ts";

const MAX_POINTS = 10_000;
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
const Query = z
  .object({
    metricnames: z
      .string()
      .min(1)
      .transform((names) => names.split(",")),
    timespan: z
      .templateLiteral([z.string(), "/", z.string()])
      .transform((span) => span.split("/"))
      .pipe(z.tuple([Instant, Instant])),
    interval: z
      .string()
      .default("PT1M")
      .transform(secondsOf)
      .pipe(z.number("must be a duration such as PT1M").positive()),
    aggregation: z
      .string()
      .default("Average")
      .transform((names) => names.split(","))
      .pipe(z.array(Aggregation)),
  })
  .refine(({ timespan: [from, to], interval }) => to > from && (to - from) / 1000 / interval <= MAX_POINTS, {
    message: `the timespan must be positive and hold at most ${MAX_POINTS} intervals`,
  });
type Query = z.infer<typeof Query>;

/** The answer for the query of `GET {resourceId}/providers/microsoft.insights/metrics`. */
export function metricsAnswer(history: History, search: URLSearchParams): JsonAnswer {
  const parsed = Query.safeParse(Object.fromEntries(search));
  if (!parsed.success) return refused(z.prettifyError(parsed.error));
  const unknown = parsed.data.metricnames.filter((name) => UNITS[name] === undefined);
  if (unknown.length > 0) {
    return refused(
      `Failed to find metric configuration for: ${unknown.join(",")}. Known: ${Object.keys(UNITS).join(",")}`,
    );
  }
  return {
    status: 200,
    body: {
      cost: 0,
      timespan: search.get("timespan"),
      interval: search.get("interval") ?? "PT1M",
      value: parsed.data.metricnames.map((name) => metricOf(history, parsed.data, name)),
    },
  };
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

function pointsOf(history: History, { timespan: [from, to], interval, aggregation }: Query, name: string) {
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

const refused = (message: string): JsonAnswer => ({ status: 400, body: { code: "BadRequest", message } });
