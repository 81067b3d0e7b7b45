import { z } from "zod";
import { askPatiently } from "./resource-manager.ts";

const MetricsAnswer = z.looseObject({
  value: z.array(
    z.looseObject({
      timeseries: z.array(z.looseObject({ data: z.array(z.looseObject({ average: z.number().nullish() })) })),
    }),
  ),
});

export type Metrics = ReturnType<typeof metricsOf>;
export type MetricWindow = { resourceId: string; metric: "cpu_percent" | "storage_free"; from: string; to: string };

const API_VERSION = "2024-02-01";
const TIMEOUT_MS = 2_000;
/** A figure is not worth a longer wait: nothing rests on it alone. */
const PATIENCE_MS = 2_000;

/** Azure Monitor's metrics of a server. A figure that cannot be had is null: no decision rests on a metric alone. */
export function metricsOf(endpoint: string | undefined) {
  return {
    /** The mean of a metric over an interval, in the metric's own unit. */
    average: async ({ resourceId, metric, from, to }: MetricWindow): Promise<number | null> => {
      if (endpoint === undefined) return null;
      const search = {
        "api-version": API_VERSION,
        metricnames: metric,
        timespan: `${from}/${to}`,
        // The local monitor measures every second; Azure gives a figure a minute.
        interval: endpoint.startsWith("https:") ? "PT1M" : "PT1S",
        aggregation: "Average",
      };
      try {
        const path = `${resourceId}/providers/microsoft.insights/metrics`;
        const response = await askPatiently(endpoint, { to: path, search, timeoutMs: TIMEOUT_MS }, PATIENCE_MS);
        return response.ok ? meanOf(MetricsAnswer.parse(await response.json())) : null;
      } catch {
        return null;
      }
    },
  };
}

/** A minute without a measurement has no average; such minutes do not count as zero. */
function meanOf(answer: z.infer<typeof MetricsAnswer>): number | null {
  const points = answer.value.flatMap(({ timeseries }) => timeseries.flatMap(({ data }) => data));
  const figures = points.map(({ average }) => average).filter((figure) => typeof figure === "number");
  if (figures.length === 0) return null;
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
