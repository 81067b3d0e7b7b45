// The addresses of a running local cloud, and the ways into it that are not PgMedic's own.
import { z } from "zod";
import type { LocalSettings } from "./settings.ts";
import { resourceIdOf } from "./supervisor/plan.ts";
import { secretsOf } from "./supervisor/secrets.ts";

const WorkloadStatus = z.object({
  hammers: z.array(
    z.object({
      column: z.string(),
      clients: z.number(),
      recent: z.object({ calls: z.number(), meanMs: z.number().nullable() }),
    }),
  ),
});
export type WorkloadStatus = z.infer<typeof WorkloadStatus>;

const Point = z.object({ average: z.number().optional() });
const Metric = z.object({ timeseries: z.array(z.object({ data: z.array(Point) })) });
const MetricsAnswer = z.object({ values: z.array(z.object({ value: z.array(Metric) })) });

const TIMEOUT_MS = 10_000;

export type CloudAccess = ReturnType<typeof accessTo>;

/** `settings` are those of the running cloud: its ports are settled. */
export function accessTo(settings: LocalSettings) {
  const secrets = secretsOf(settings.PGMEDIC_STATE);
  const resourceId = resourceIdOf(settings);
  const monitor = loopback(settings.PGMEDIC_MONITOR_PORT);
  const workload = loopback(settings.PGMEDIC_WORKLOAD_PORT);
  return {
    settings,
    secrets,
    resourceId,
    monitor,
    host: loopback(settings.PGMEDIC_HOST_PORT),
    front: loopback(settings.PGMEDIC_FRONT_PORT),
    /** The demo database's connection URL for one of its users. */
    shop: (user: "postgres" | "shop_app" = "postgres"): string => {
      const password = user === "postgres" ? secrets.postgres : secrets.shopApp;
      return `postgres://${user}:${password}@127.0.0.1:${settings.PGMEDIC_POSTGRES_PORT}/shop`;
    },
    /** Steers the shop's application; answers what it does now. */
    workload: async (path: "hammer" | "calm" | "status", body: object = {}): Promise<WorkloadStatus> => {
      const response = await fetch(`${workload}/${path}`, {
        ...(path === "status"
          ? {}
          : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`the workload refused ${path}: ${await response.text()}`);
      return WorkloadStatus.parse(await response.json());
    },
    /** CPU of the server in percent, one figure a second, as the monitor measured it. */
    cpuPercent: async (from: Date, to: Date): Promise<number[]> => {
      const query = new URLSearchParams({
        metricnamespace: "Microsoft.DBforPostgreSQL/flexibleServers",
        metricnames: "cpu_percent",
        starttime: from.toISOString(),
        endtime: to.toISOString(),
        interval: "PT1S",
      });
      const response = await fetch(`${monitor}/subscriptions/local/metrics:getBatch?${query.toString()}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ resourceids: [resourceId] }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`the monitor refused: ${await response.text()}`);
      const value = MetricsAnswer.parse(await response.json()).values.flatMap((measured) => measured.value);
      const points = value.flatMap(({ timeseries }) => timeseries.flatMap(({ data }) => data));
      return points.flatMap(({ average }) => (average === undefined ? [] : [average]));
    },
  };
}

const loopback = (port: number): string => `http://127.0.0.1:${port}`;
