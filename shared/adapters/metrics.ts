import { z } from "zod";
import { managementToken } from "./identity.ts";

const MetricsAnswer = z.looseObject({
  value: z.array(
    z.looseObject({
      timeseries: z.array(z.looseObject({ data: z.array(z.looseObject({ average: z.number().nullish() })) })),
    }),
  ),
});

export type Metrics = ReturnType<typeof metricsOf>;
export type MetricWindow = { resourceId: string; metric: "cpu_percent" | "storage_free"; from: string; to: string };

/** Azure Monitor's metrics of a server. A figure that cannot be had is null: no decision rests on a metric alone. */
export function metricsOf(endpoint: string | undefined) {
  return {
    /** The mean of a metric over an interval, in the metric's own unit. */
    average: async ({ resourceId, metric, from, to }: MetricWindow): Promise<number | null> => {
      if (endpoint === undefined) return null;
      const url = new URL(`${resourceId}/providers/microsoft.insights/metrics`.replace(/^\/+/, "/"), endpoint);
      url.search = new URLSearchParams({
        "api-version": "2024-02-01",
        metricnames: metric,
        timespan: `${from}/${to}`,
        interval: url.protocol === "https:" ? "PT1M" : "PT1S",
        aggregation: "Average",
      }).toString();
      try {
        const headers: Record<string, string> =
          url.protocol === "https:" ? { authorization: `Bearer ${await managementToken()}` } : {};
        const response = await fetch(url, { headers, signal: AbortSignal.timeout(2_000) });
        if (!response.ok) return null;
        return meanOf(MetricsAnswer.parse(await response.json()));
      } catch {
        return null;
      }
    },
  };
}

function meanOf(answer: z.infer<typeof MetricsAnswer>): number | null {
  const points = answer.value.flatMap(({ timeseries }) => timeseries.flatMap(({ data }) => data));
  const figures = points.map(({ average }) => average).filter((figure) => typeof figure === "number");
  if (figures.length === 0) return null;
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
