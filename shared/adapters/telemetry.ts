import {
  type Attributes,
  context,
  type Context,
  type Counter,
  type Histogram,
  type Link,
  metrics,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

const SCOPE = "pgmedic";

type SpanWish = {
  /** The trace that it belongs to, as W3C `traceparent`; without it, that of whoever is at work. */
  traceparent?: string | undefined;
  kind?: "internal" | "server" | "client" | "consumer";
  attributes?: Attributes;
  /** When it began, if that was before now. */
  startedAt?: Date;
};
const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
};

/** Does work within a span, and marks it when the work fails. Where no exporter is set up, that costs next to nothing. */
export function inSpan<T>(name: string, wish: SpanWish, work: () => Promise<T>): Promise<T> {
  const { span, within } = begin(name, wish);
  return context.with(within, async () => {
    try {
      return await work();
    } catch (failure) {
      // The message may quote values of the watched database; the kind of failure is enough here.
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure instanceof Error ? failure.name : "failure" });
      throw failure;
    } finally {
      span.end();
    }
  });
}

/** A span for work that is already done, where only its end shows which trace it belongs to. */
export const recordSpan = (name: string, wish: SpanWish): void => begin(name, wish).span.end();

function begin(name: string, wish: SpanWish): { span: Span; within: Context } {
  const { traceparent, kind = "internal", attributes = {}, startedAt } = wish;
  const active = trace.getSpanContext(context.active());
  const wanted = traceparent === undefined ? undefined : parsed(traceparent);
  const isElsewhere = wanted !== undefined && active?.traceId !== wanted.traceId;
  const parent = isElsewhere ? trace.setSpanContext(context.active(), wanted) : context.active();
  // The host has a trace of its own for every invocation; the link leads there.
  const links: Link[] = isElsewhere && active !== undefined ? [{ context: active }] : [];
  const options = {
    kind: KINDS[kind],
    attributes,
    links,
    ...(startedAt === undefined ? {} : { startTime: startedAt }),
  };
  const span = trace.getTracer(SCOPE).startSpan(name, options, parent);
  return { span, within: trace.setSpan(parent, span) };
}

function parsed(traceparent: string) {
  const [, traceId = "", spanId = "", flags = "0"] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

const counters = new Map<string, Counter>();
const histograms = new Map<string, Histogram>();

/** Counts something that happened; `name` is that of the metric. */
export function count(name: string, attributes: Attributes = {}): void {
  const counter = counters.get(name) ?? metrics.getMeter(SCOPE).createCounter(name);
  counters.set(name, counter);
  counter.add(1, attributes);
}

/** Records how long something took. */
export function recordSeconds(name: string, seconds: number, attributes: Attributes = {}): void {
  const histogram = histograms.get(name) ?? metrics.getMeter(SCOPE).createHistogram(name, { unit: "s" });
  histograms.set(name, histogram);
  histogram.record(seconds, attributes);
}
