import type { MetricsClient } from "@azure/monitor-query-metrics";
import { z } from "zod";
import { clientOptionsFor, credentialFor, signedOnlyWithTls } from "./azure-client.ts";

export type Metrics = ReturnType<typeof metricsOf>;
export type MetricWindow = {
  resourceId: string;
  metric: "cpu_percent" | "storage_free" | "storage_percent";
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
  return {
    /** The mean of a metric over an interval, in the metric's own unit. */
    average: async ({ resourceId, metric, from, to }: MetricWindow): Promise<number | null> => {
      if (endpoint === undefined) return null;
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
        return meanOf(await client.queryResources([resourceId], [metric], NAMESPACE, options));
      } catch (failure) {
        tellRefusal(failure);
        return null;
      }
    },
  };
}

async function newClient(address: string): Promise<MetricsClient> {
  const { MetricsClient: Client } = await import("@azure/monitor-query-metrics");
  const options = { ...clientOptionsFor(address, PATIENCE), credentials: { scopes: SCOPES } };
  return signedOnlyWithTls(address, new Client(address, await credentialFor(address), options));
}

/** A minute without a measurement has no average; such minutes do not count as zero. */
function meanOf(results: Awaited<ReturnType<MetricsClient["queryResources"]>>): number | null {
  const series = results.flatMap(({ metrics }) => metrics.flatMap(({ timeseries }) => timeseries));
  const figures = series.flatMap(({ data = [] }) => data.map(({ average }) => average));
  const known = figures.filter((figure) => typeof figure === "number");
  if (known.length === 0) return null;
  return known.reduce((sum, figure) => sum + figure, 0) / known.length;
}
