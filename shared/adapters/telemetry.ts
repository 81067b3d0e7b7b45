import {
  type Attributes,
  context,
  type Context,
  type Counter,
  createContextKey,
  type Histogram,
  type Link,
  metrics,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";

const SCOPE = "pgmedic";
/** Application Insights cuts names at 1,024 characters; ours are far shorter, and a longer one was made by somebody else. */
const NAME_LENGTH = 100;

type SpanWish = {
  /** The trace that it belongs to, as W3C `traceparent`; without it, that of whoever is at work. */
  traceparent?: string | undefined;
  kind?: "internal" | "server" | "client" | "producer" | "consumer";
  attributes?: Attributes;
  /** When it began, if that was before now. */
  startedAt?: Date;
  /** It is itself the span that `traceparent` names, with which the trace begins. */
  isRoot?: boolean;
  /** Worth telling only as a part of a larger piece of work: the statements of every minute's snapshot are not. */
  isDetail?: boolean;
};
const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** What a failed span says of its failure. Not OpenTelemetry's own name for it, `error.type`: the exporter leaves that out. */
export const FAILURE = "pgmedic.error";

type Emit = () => void;
/** What is told before the exporter is there. It takes half a second to load, which an alert need not wait for. */
let early: Emit[] | null = null;
const EARLY_LIMIT = 1_000;

/** From now on what is told is kept until `tellNow`; an exporter will be there soon. */
export const tellLater = (): void => void (early ??= []);

/** The exporter is there, or will never be: hands it what was kept, and everything at once from here on. */
export function tellNow(): void {
  const kept = early ?? [];
  early = null;
  // Instruments of before belong to an exporter of before.
  counters.clear();
  histograms.clear();
  for (const emit of kept) emit();
}

/** Tells something to the exporter: at once, or as soon as there is one. What comes after the thousandth is dropped. */
export function tell(emit: Emit): void {
  if (early === null) emit();
  else if (early.length < EARLY_LIMIT) early.push(emit);
}

type Ids = { traceId: string; spanId: string };
let wished: Ids | null = null;
/** The ids of the span that is being started; null where any will do. For the generator of ids alone. */
export const wishedIds = (): Ids | null => wished;

/** That a piece of work of ours is going on. */
const OURS = createContextKey("pgmedic.work");

/** Does work within a span, and marks it when the work fails. Where no exporter is set up, that costs next to nothing. */
export async function inSpan<T>(name: string, wish: SpanWish, work: () => Promise<T>): Promise<T> {
  if (wish.isDetail === true && context.active().getValue(OURS) !== true) return work();
  const isEarly = early !== null;
  const startedAt = new Date();
  const { span, within } = begin(name, wish);
  let failure: string | null = null;
  try {
    return await context.with(within, work);
  } catch (thrown) {
    failure = kindOf(thrown);
    throw thrown;
  } finally {
    const endedAt = new Date();
    // The span of that moment led nowhere; the one that tells of it is made afterwards.
    if (isEarly) tell(() => end(begin(name, { startedAt, ...wish }, within).span, failure, endedAt));
    else end(span, failure, undefined);
  }
}

function end(span: Span, failure: string | null, at: Date | undefined): void {
  if (failure !== null) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
    span.setAttribute(FAILURE, failure);
  }
  span.end(at);
}

/** SQLSTATE, system error or name. A message may quote values of the watched database; the kind of failure is enough here. */
function kindOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "failure";
  const code = "code" in thrown ? thrown.code : null;
  return typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) ? code : thrown.name.slice(0, NAME_LENGTH);
}

/** A span for work that is already done, where only its end shows which trace it belongs to. */
export function recordSpan(name: string, wish: SpanWish): void {
  const within = context.active();
  const endedAt = new Date();
  tell(() => begin(name, wish, within).span.end(endedAt));
}

function begin(name: string, wish: SpanWish, at = context.active()): { span: Span; within: Context } {
  const { traceparent, kind = "internal", attributes = {}, startedAt, isRoot = false } = wish;
  const active = trace.getSpanContext(at);
  const wanted = traceparent === undefined ? undefined : parsed(traceparent);
  const isElsewhere = wanted !== undefined && active?.traceId !== wanted.traceId;
  const parent = isElsewhere ? trace.setSpanContext(at, wanted) : at;
  // The host has a trace of its own for every invocation; the link leads there.
  const links: Link[] = isElsewhere && active !== undefined ? [{ context: active }] : [];
  const options: SpanOptions = { kind: KINDS[kind], attributes, links, root: isRoot };
  if (startedAt !== undefined) options.startTime = startedAt;
  wished = isRoot && wanted !== undefined ? wanted : null;
  const span = trace.getTracer(SCOPE).startSpan(name.slice(0, NAME_LENGTH), options, parent);
  wished = null;
  return { span, within: trace.setSpan(parent, span).setValue(OURS, true) };
}

function parsed(traceparent: string) {
  const [, traceId = "", spanId = "", flags = "0"] = traceparent.split("-");
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

const counters = new Map<string, Counter>();
const histograms = new Map<string, Histogram>();

/** Counts something that happened; `name` is that of the metric. */
export function count(name: string, attributes: Attributes = {}): void {
  tell(() => {
    const counter = counters.get(name) ?? metrics.getMeter(SCOPE).createCounter(name);
    counters.set(name, counter);
    counter.add(1, attributes);
  });
}

/** Records how long something took. */
export function recordSeconds(name: string, seconds: number, attributes: Attributes = {}): void {
  tell(() => {
    const histogram = histograms.get(name) ?? metrics.getMeter(SCOPE).createHistogram(name, { unit: "s" });
    histograms.set(name, histogram);
    histogram.record(seconds, attributes);
  });
}
