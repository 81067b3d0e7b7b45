// A collector in place of Azure's: loaded into a host before the app (`node --import`), it writes every span and figure to a file.
import { AsyncLocalStorage } from "node:async_hooks";
import { randomBytes } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
  createNoopMeter,
  metrics,
  type Meter,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { z } from "zod";

/** The setting that names the file. */
export const TELEMETRY_FILE = "PGMEDIC_TEST_TELEMETRY";

const Entry = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("span"),
    name: z.string(),
    traceId: z.string(),
    spanId: z.string(),
    parentId: z.string().nullable(),
    failed: z.boolean(),
    attributes: z.record(z.string(), z.unknown()),
  }),
  z.object({
    kind: z.literal("figure"),
    name: z.string(),
    value: z.number(),
    attributes: z.record(z.string(), z.unknown()),
  }),
]);
type Entry = z.infer<typeof Entry>;

/** What has been written so far. */
export const telemetryIn = (file: string): Entry[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Entry.parse(JSON.parse(line)));

const file = process.env[TELEMETRY_FILE];
if (file !== undefined) {
  const write = (entry: Entry): void => appendFileSync(file, `${JSON.stringify(entry)}\n`);
  context.setGlobalContextManager(contextManager());
  trace.setGlobalTracerProvider({ getTracer: () => tracer(write) });
  metrics.setGlobalMeterProvider({ getMeter: () => meter(write) });
}

function contextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  const manager: ContextManager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (within, work, self, ...values) => storage.run(within, () => work.call(self, ...values)),
    bind: (_within, target) => target,
    enable: () => manager,
    disable: () => manager,
  };
  return manager;
}

function tracer(write: (entry: Entry) => void): Tracer {
  const startSpan = (name: string, options: SpanOptions = {}, within = context.active()): Span => {
    const parent = trace.getSpanContext(within);
    const traceId = parent?.traceId ?? randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const attributes: Attributes = { ...options.attributes };
    let failed = false;
    const span: Span = {
      spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
      setAttribute: () => span,
      setAttributes: () => span,
      addEvent: () => span,
      addLink: () => span,
      addLinks: () => span,
      setStatus: ({ code }) => {
        failed = code === 2;
        return span;
      },
      updateName: () => span,
      end: () => write({ kind: "span", name, traceId, spanId, parentId: parent?.spanId ?? null, failed, attributes }),
      isRecording: () => true,
      recordException: () => {},
    };
    return span;
  };
  return {
    startSpan,
    startActiveSpan: () => {
      throw new Error("nothing in PgMedic starts an active span by itself: inSpan does");
    },
  };
}

function meter(write: (entry: Entry) => void): Meter {
  const noop = createNoopMeter();
  const recording =
    (name: string) =>
    (value: number, attributes: Attributes = {}) =>
      write({ kind: "figure", name, value, attributes });
  noop.createCounter = (name) => ({ add: recording(name) });
  noop.createHistogram = (name) => ({ record: recording(name) });
  return noop;
}
