import { setTimeout as sleep } from "node:timers/promises";
import {
  type AzureMonitorExporterOptions,
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from "@azure/monitor-opentelemetry-exporter";
import { context, type Counter, type Histogram, propagation } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
} from "@opentelemetry/sdk-trace-base";
import { z } from "zod";
import { azureCredential } from "./identity.ts";
import type { Teller } from "./telemetry.ts";
import { spansOf, traceparentHeader, wishedIds } from "./telemetry-spans.ts";

/** An exporter at work. `stop` sends what waits, gives up after `withinMs`, and takes nothing any more. */
export type TelemetryExport = Teller & { stop: (withinMs: number) => Promise<void> };
type Wish = {
  connectionString: string;
  /** The trust zone; telemetry carries it as `pgmedic-<zone>`. */
  zone: string;
  instanceId: string;
};

const SCOPE = "pgmedic";
const REQUEST_TIMEOUT_MS = 10_000;
const EXPORT_TIMEOUT_MS = 30_000;
const FIGURES_EVERY_MS = 60_000;
/** What waits for a slow endpoint at most; later spans and lines are dropped. */
const QUEUE_LENGTH = 2_048;

/** What telemetry of an app carries as its origin, `AppRoleName` in Log Analytics. */
export const roleOf = (zone: string): string => `pgmedic-${zone}`;

/**
 * Sends spans, figures and log lines of this process to Application Insights, in batches and beside the work. Throws when the connection
 * string is none; what cannot be delivered later is dropped without a word to whoever told it.
 */
export async function startExport({ connectionString, zone, instanceId }: Wish): Promise<TelemetryExport> {
  const options = await exporterOptions(connectionString);
  const traces = new AzureMonitorTraceExporter(options);
  const figures = new AzureMonitorMetricExporter(options);
  const lines = new AzureMonitorLogExporter(options);
  await stopAsking();

  const resource = resourceFromAttributes({ "service.name": roleOf(zone), "service.instance.id": instanceId });
  const batches = { maxQueueSize: QUEUE_LENGTH, exportTimeoutMillis: EXPORT_TIMEOUT_MS };
  const random = new RandomIdGenerator();
  const tracerProvider = new BasicTracerProvider({
    resource,
    // The host may have decided to keep only some of its own invocations; an incident is kept as a whole.
    sampler: new AlwaysOnSampler(),
    idGenerator: {
      generateTraceId: () => wishedIds()?.traceId ?? random.generateTraceId(),
      generateSpanId: () => wishedIds()?.spanId ?? random.generateSpanId(),
    },
    spanLimits: { attributeValueLengthLimit: 500 },
    spanProcessors: [new BatchSpanProcessor(traces, batches)],
  });
  const meterProvider = new MeterProvider({
    resource,
    readers: [
      new PeriodicExportingMetricReader({
        exporter: figures,
        exportIntervalMillis: FIGURES_EVERY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const loggerProvider = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: lines, ...batches })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(traceparentHeader);
  const providers = [tracerProvider, meterProvider, loggerProvider];
  return {
    ...spansOf(tracerProvider.getTracer(SCOPE)),
    ...figuresOf(meterProvider),
    ...linesOf(loggerProvider),
    stop: async (withinMs) => {
      const flushed = Promise.allSettled(providers.map((provider) => provider.forceFlush()));
      await Promise.race([flushed, sleep(withinMs, null, { ref: false })]);
      for (const api of [context, propagation]) api.disable();
      void Promise.allSettled(providers.map((provider) => provider.shutdown()));
    },
  };
}

function figuresOf(provider: MeterProvider): Pick<Teller, "count" | "recordSeconds"> {
  const meter = provider.getMeter(SCOPE);
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  return {
    count: (name, attributes) => {
      const counter = counters.get(name) ?? meter.createCounter(name);
      counters.set(name, counter);
      counter.add(1, attributes);
    },
    recordSeconds: (name, seconds, attributes) => {
      const histogram = histograms.get(name) ?? meter.createHistogram(name, { unit: "s" });
      histograms.set(name, histogram);
      histogram.record(seconds, attributes);
    },
  };
}

/** Levels of the Functions host, as OpenTelemetry counts them. */
const SEVERITY = new Map<string, SeverityNumber>([
  ["trace", SeverityNumber.TRACE],
  ["debug", SeverityNumber.DEBUG],
  ["information", SeverityNumber.INFO],
  ["warning", SeverityNumber.WARN],
  ["error", SeverityNumber.ERROR],
  ["critical", SeverityNumber.FATAL],
]);

function linesOf(provider: LoggerProvider): Pick<Teller, "log"> {
  const logger = provider.getLogger(SCOPE);
  return {
    log: ({ level, body, attributes, at }) =>
      logger.emit({
        body,
        attributes,
        timestamp: at,
        severityText: level,
        severityNumber: SEVERITY.get(level) ?? SeverityNumber.UNSPECIFIED,
        context: context.active(),
      }),
  };
}

/** The exporter keeps statistics of its own and a description of the resource with every batch; nobody here reads either. */
const UNWANTED = {
  APPLICATION_INSIGHTS_NO_STATSBEAT: "true",
  APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED: "true",
};

async function exporterOptions(connectionString: string): Promise<AzureMonitorExporterOptions> {
  Object.assign(process.env, UNWANTED);
  const endpoint = URL.parse(/(?:^|;)\s*IngestionEndpoint=([^;]+)/i.exec(connectionString)?.[1] ?? "");
  // A collector on this machine gets no token. Any other address of this kind the exporter itself takes for https.
  const isPlain = endpoint?.protocol === "http:" && endpoint.hostname === "127.0.0.1";
  return {
    connectionString,
    // Its folder would lie under /tmp, hold what was told in the clear, and be gone with the instance.
    disableOfflineStorage: true,
    retryOptions: { maxRetries: 2, maxRetryDelayInMs: 5_000 },
    additionalPolicies: [
      {
        position: "perCall",
        policy: {
          name: "bounded",
          sendRequest: (request, next) => {
            request.timeout = REQUEST_TIMEOUT_MS;
            request.allowInsecureConnection = isPlain;
            return next(request);
          },
        },
      },
    ],
    ...(isPlain ? { endpoint: `${endpoint.origin}/v2.1` } : { credential: await azureCredential() }),
  };
}

const Configuration = z.object({
  ConfigurationManager: z.custom<{ getInstance: () => { shutdown: () => void } }>(
    (value) => typeof value === "function" && "getInstance" in value,
  ),
});

/**
 * The exporter asks a server of Microsoft every hour for settings that only its own statistics use, and has no switch for it: its module is
 * reached by its place in the package. Where a later version has moved it, it goes on asking, which harms nothing.
 */
async function stopAsking(): Promise<void> {
  const entry = import.meta.resolve("@azure/monitor-opentelemetry-exporter");
  const place = new URL("_configuration/configurationManager.js", entry).href;
  const found: unknown = await import(place).catch(() => null);
  const { ConfigurationManager } = Configuration.safeParse(found).data ?? {};
  ConfigurationManager?.getInstance().shutdown();
}
