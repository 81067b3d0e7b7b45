// The parts of Azure that PgMedic asks over https as itself: each with its real address, what is asked of it, and how it answers.
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { alertSweepOf } from "../../shared/adapters/alert-sweep.ts";
import { archiveOf } from "../../shared/adapters/archive.ts";
import { flexibleServersOf } from "../../shared/adapters/flexible-servers.ts";
import { metricsOf } from "../../shared/adapters/metrics.ts";
import { platformOf } from "../../shared/adapters/platform.ts";
import { serverLogsOf } from "../../shared/adapters/server-logs.ts";
import { startExport } from "../../shared/adapters/telemetry-export.ts";
import { settingsByZone } from "./bicep/app-settings.ts";
import type { Asked, Reply } from "./http-fake.ts";
import { RESOURCE } from "./listed-alerts.ts";

export type SignedService = {
  name: string;
  /** Null for a client that goes past every proxy: it is asked on this machine. */
  endpoint: string | null;
  host: string;
  /** What its tokens are for, by Microsoft's documentation of the service. */
  resource: string;
  /** A client of its own; each call sends at least one request, and rejects when it does not get what it asked for, unless nobody waits for that. */
  clientOf: (endpoint: string) => () => Promise<void>;
  reply: (asked: Asked) => Reply;
};

/** An address as the runner gets it in Azure. */
const deployed = (setting: string): string => settingsByZone("main.prod.bicepparam")["runner"]?.[setting] ?? "";
const ok = (body: unknown, headers?: Record<string, string>): Reply => ({
  status: 200,
  body,
  ...(headers === undefined ? {} : { headers }),
});
const parameter = (value: string) => ({ name: "work_mem", properties: { value, isDynamicConfig: true } });
const series = [{ metadatavalues: [], data: [{ timeStamp: "2026-11-20T09:00:00Z", average: 40 }] }];
const ENTRY = '{"sequence":0}\n';
const MANAGEMENT = "https://management.azure.com";

export const SIGNED_SERVICES: readonly SignedService[] = [
  {
    name: "Azure Monitor's metrics",
    endpoint: deployed("METRICS_ENDPOINT"),
    host: "westeurope.metrics.monitor.azure.com",
    resource: "https://metrics.monitor.azure.com",
    clientOf: (endpoint) => {
      const metrics = metricsOf(endpoint, async () => "westeurope");
      const window = { resourceId: RESOURCE, from: "2026-11-20T09:00:00.000Z", to: "2026-11-20T09:05:00.000Z" };
      return async () => {
        if ((await metrics.average({ ...window, metric: "cpu_percent" })) !== 40) throw new Error("no figure");
      };
    },
    reply: () => {
      const id = `${RESOURCE}/providers/Microsoft.Insights/metrics/cpu_percent`;
      const metric = { id, type: "metric", name: { value: "cpu_percent" }, unit: "Percent", timeseries: series };
      return ok({ values: [{ interval: "PT1M", resourceid: RESOURCE, value: [metric] }] });
    },
  },
  {
    name: "Log Analytics",
    endpoint: deployed("LOGS_ENDPOINT"),
    host: "api.loganalytics.io",
    resource: "https://api.loganalytics.io",
    clientOf: (endpoint) => {
      const logs = serverLogsOf(endpoint);
      return async () => {
        const read = await logs.newest({ resourceId: RESOURCE, from: new Date(0), to: new Date(1) });
        if (!read.ok) throw new Error(read.because);
      };
    },
    reply: () => ok({ tables: [{ name: "PrimaryResult", columns: [{ name: "Message", type: "string" }], rows: [] }] }),
  },
  {
    name: "Azure Resource Manager, for parameters and sizes",
    endpoint: deployed("RESOURCE_MANAGER_ENDPOINT"),
    host: "management.azure.com",
    resource: MANAGEMENT,
    clientOf: (endpoint) => {
      const platform = platformOf(flexibleServersOf(endpoint));
      return async () => {
        const set = await platform.setServerParameter({ resourceId: RESOURCE, name: "work_mem", value: "8192" });
        if (set.outcome !== "done") throw new Error("because" in set ? set.because : set.outcome);
        await platform.readResource(RESOURCE);
      };
    },
    reply: ({ method, path }) => {
      if (path.endsWith("/work_mem")) return ok(parameter(method === "PUT" ? "8192" : "4096"));
      return ok(
        path.endsWith("/replicas") ? { value: [] } : { location: "westeurope", properties: { state: "Ready" } },
      );
    },
  },
  {
    name: "Azure Resource Manager, for fired alerts",
    endpoint: null,
    host: "localhost",
    resource: MANAGEMENT,
    clientOf: (endpoint) => {
      const sweep = alertSweepOf(endpoint);
      return async () => {
        const fired = await sweep.fired(RESOURCE);
        if (!fired.ok) throw new Error(fired.because);
      };
    },
    reply: () => ok({ value: [] }),
  },
  {
    name: "Blob Storage, for the audit archive",
    // The account's own name for itself, which Azure gives it so.
    endpoint: "https://pgmedic.blob.core.windows.net/",
    host: "pgmedic.blob.core.windows.net",
    resource: "https://storage.azure.com",
    clientOf: (endpoint) => {
      const archive = archiveOf({ endpoint });
      const { signal } = new AbortController();
      return async () => {
        await archive.append({ name: "chain", bytes: 0 }, ENTRY, signal);
        await archive.read("chain", z.looseObject({}), signal);
      };
    },
    reply: ({ method }) =>
      method === "GET" ? ok(ENTRY, { etag: '"1"', "content-length": String(ENTRY.length) }) : { status: 201 },
  },
  {
    name: "Application Insights, for PgMedic's own telemetry",
    // A part of the connection string, which Azure gives it.
    endpoint: "https://westeurope-1.in.applicationinsights.azure.com/",
    host: "westeurope-1.in.applicationinsights.azure.com",
    resource: "https://monitor.azure.com",
    clientOf: (endpoint) => {
      const connectionString = `InstrumentationKey=${randomUUID()};IngestionEndpoint=${endpoint}`;
      return async () => {
        const telemetry = await startExport({ connectionString, zone: "runner", instanceId: "one" });
        telemetry.log({ level: "information", body: "a line", attributes: {}, at: new Date() });
        await telemetry.stop(5_000); // sends what waits; what cannot be sent it drops without a word
      };
    },
    reply: () => ok({ itemsReceived: 1, itemsAccepted: 1, errors: [] }),
  },
];
