import type { MetricsClient } from "@azure/monitor-query-metrics";
import { z } from "zod";
import { clientOptionsFor, credentialFor, signedOnlyWithTls } from "./azure-client.ts";

export type Metrics = ReturnType<typeof metricsOf>;
type MetricName = "cpu_percent" | "memory_percent" | "storage_free" | "storage_percent";
export type MetricWindow = {
  resourceId: string;
  metric: MetricName;
  from: string;
  to: string;
};
type RegionOf = (resourceId: string, abortSignal: AbortSignal) => Promise<string>;

const Refusal = z.looseObject({ statusCode: z.number() });
const REGION = "{region}";
const NAMESPACE = "Microsoft.DBforPostgreSQL/flexibleServers";
/** The application that the regional endpoints take tokens for; the package's own default is another one. */
const SCOPES = ["https://metrics.monitor.azure.com/.default"];
/** A figure is not worth a longer wait: nothing rests on it alone. */
const PATIENCE = { timeoutMs: 2_000, longestWaitMs: 2_000, retries: 1 } as const;
const WHOLE_WAIT_MS = PATIENCE.timeoutMs + PATIENCE.longestWaitMs;

/**
 * Azure Monitor's metrics of a server. A figure that cannot be had is null: no decision rests on a metric alone.
 * `endpoint` holds `{region}` where each region has an address of its own, as in Azure.
 */
export function metricsOf(endpoint: string | undefined, regionOf?: RegionOf) {
  const clients = new Map<string, Promise<MetricsClient>>();
  let isRefusalTold = false;
  /** A missing right does not mend itself: without a word the figures would be missing for ever. */
  const tellRefusal = (failure: unknown): void => {
    const status = Refusal.safeParse(failure).data?.statusCode;
    if (isRefusalTold || (status !== 401 && status !== 403)) return;
    isRefusalTold = true;
    process.emitWarning(
      `Azure Monitor refuses the servers' metrics (${status}): the app's identity needs Microsoft.Insights/metrics/read on their subscription`,
    );
  };
  const clientFor = (address: string): Promise<MetricsClient> => {
    const known = clients.get(address) ?? newClient(address);
    clients.set(address, known);
    return known;
  };
  /** The means of some metrics over an interval, each in its own unit, by name; a figure that cannot be had is not there. */
  const averages = async ({
    resourceId,
    metrics,
    from,
    to,
  }: Omit<MetricWindow, "metric"> & { metrics: readonly MetricName[] }): Promise<Map<string, number>> => {
    if (endpoint === undefined) return new Map();
    const abortSignal = AbortSignal.timeout(WHOLE_WAIT_MS);
    try {
      const address = endpoint.includes(REGION)
        ? endpoint.replace(REGION, (await regionOf?.(resourceId, abortSignal)) ?? "")
        : endpoint;
      const client = await clientFor(address);
      const options = {
        abortSignal,
        startTime: new Date(from),
        endTime: new Date(to),
        // The local monitor measures every second; Azure gives a figure a minute.
        interval: address.startsWith("https:") ? "PT1M" : "PT1S",
        aggregation: "Average",
      };
      return meansOf(await client.queryResources([resourceId], [...metrics], NAMESPACE, options));
    } catch (failure) {
      tellRefusal(failure);
      return new Map();
    }
  };
  return {
    averages,
    /** The mean of a metric over an interval, in the metric's own unit. */
    average: async ({ metric, ...window }: MetricWindow): Promise<number | null> =>
      (await averages({ ...window, metrics: [metric] })).get(metric) ?? null,
  };
}

async function newClient(address: string): Promise<MetricsClient> {
  const { MetricsClient: Client } = await import("@azure/monitor-query-metrics");
  const options = { ...clientOptionsFor(address, PATIENCE), credentials: { scopes: SCOPES } };
  return signedOnlyWithTls(address, new Client(address, await credentialFor(address), options));
}

/** A minute without a measurement has no average; such minutes do not count as zero. */
function meansOf(results: Awaited<ReturnType<MetricsClient["queryResources"]>>): Map<string, number> {
  const means = new Map<string, number>();
  for (const { id, timeseries } of results.flatMap(({ metrics }) => metrics)) {
    // The client's `name` is the one that people read, and may be in their language.
    const name = id.split("/").at(-1)?.toLowerCase() ?? "";
    const figures = timeseries.flatMap(({ data = [] }) => data.map(({ average }) => average));
    const known = figures.filter((figure) => typeof figure === "number");
    if (known.length > 0) means.set(name, known.reduce((sum, figure) => sum + figure, 0) / known.length);
  }
  return means;
}
