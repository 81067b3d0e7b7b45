import {
  context,
  type Context,
  createContextKey,
  type Link,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  type TextMapPropagator,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { kindOfFailure, type SpanEnd, type SpanWish } from "./telemetry.ts";

/** Application Insights cuts names at 1,024 characters; ours are far shorter, and a longer one was made by somebody else. */
const NAME_LENGTH = 100;
/** What a failed span says of its failure. Not OpenTelemetry's own name for it, `error.type`: the exporter leaves that out. */
export const FAILURE = "pgmedic.error";
/** That a piece of work of ours is going on. */
const OURS = createContextKey("pgmedic.work");
const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

type Ids = { traceId: string; spanId: string };
let wished: Ids | null = null;
/** The ids of the span that is being started; null where any will do. For the generator of ids alone. */
export const wishedIds = (): Ids | null => wished;

/** Spans by way of OpenTelemetry's tracer. */
export function spansOf(tracer: Tracer) {
  const begin = (name: string, wish: SpanWish): { span: Span; within: Context } => {
    const { traceparent, kind = "internal", attributes = {}, startedAt, isRoot = false } = wish;
    const at = context.active();
    const active = trace.getSpanContext(at);
    const wanted = traceparent === undefined ? null : idsOf(traceparent);
    const isElsewhere = wanted !== null && active?.traceId !== wanted.traceId;
    const parent = isElsewhere ? trace.setSpanContext(at, wanted) : at;
    // The host has a trace of its own for every invocation; the link leads there.
    const links: Link[] = isElsewhere && active !== undefined ? [{ context: active }] : [];
    const options: SpanOptions = { kind: KINDS[kind], attributes, links, root: isRoot };
    if (startedAt !== undefined) options.startTime = startedAt;
    wished = isRoot ? wanted : null;
    const span = tracer.startSpan(name.slice(0, NAME_LENGTH), options, parent);
    wished = null;
    return { span, within: trace.setSpan(parent, span).setValue(OURS, true) };
  };
  return {
    inSpan: async <T>(name: string, wish: SpanWish, work: () => Promise<T>): Promise<T> => {
      if (wish.isDetail === true && context.active().getValue(OURS) !== true) return work();
      const { span, within } = begin(name, wish);
      try {
        return await context.with(within, work);
      } catch (thrown) {
        fail(span, kindOfFailure(thrown));
        throw thrown;
      } finally {
        span.end();
      }
    },
    recordSpan: (name: string, wish: SpanWish, { at, failure }: SpanEnd): void => {
      const { span } = begin(name, wish);
      if (failure !== null) fail(span, failure);
      span.end(at);
    },
    within: <Work extends (...inputs: never[]) => unknown>(traceparent: string, work: Work): Work => {
      const ids = idsOf(traceparent);
      return ids === null ? work : context.bind(trace.setSpanContext(context.active(), ids), work);
    },
  };
}

/** Writes the trace at work into a request's headers. The Durable client asks for it when it starts a run, which the host then counts to it. */
export const traceparentHeader: TextMapPropagator = {
  inject: (within, headers, setter) => {
    const at = trace.getSpanContext(within);
    if (at === undefined) return;
    const flags = at.traceFlags.toString(16).padStart(2, "0");
    setter.set(headers, "traceparent", `00-${at.traceId}-${at.spanId}-${flags}`);
  },
  // What comes in is read by the host.
  extract: (within) => within,
  fields: () => ["traceparent"],
};

function fail(span: Span, failure: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.setAttribute(FAILURE, failure);
}

/** Reads a W3C `traceparent`; null where it is none. */
function idsOf(traceparent: string) {
  const [, traceId, spanId, flags] =
    /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
