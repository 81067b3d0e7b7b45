/** What a span or a figure carries: few and short values, from closed sets or ids of ours. */
export type Attributes = Readonly<Record<string, string | number>>;

export type SpanWish = {
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
/** How a piece of work ended that nobody watched. */
export type SpanEnd = { at: Date; failure: string | null };

/** One line of a function's log. */
export type LogLine = { level: string; body: string; attributes: Attributes; at: Date };

/** Whoever takes what is told: the exporter. It neither throws nor makes anybody wait. */
export type Teller = {
  inSpan: <T>(name: string, wish: SpanWish, work: () => Promise<T>) => Promise<T>;
  recordSpan: (name: string, wish: SpanWish, end: SpanEnd) => void;
  count: (name: string, attributes: Attributes) => void;
  recordSeconds: (name: string, seconds: number, attributes: Attributes) => void;
  log: (line: LogLine) => void;
  /** The same function, at work in another trace. */
  within: <Work extends (...inputs: never[]) => unknown>(traceparent: string, work: Work) => Work;
};

/** Nobody listens; somebody will, and what is told is kept until then; somebody does. */
type State = { kind: "off" } | { kind: "early"; kept: ((teller: Teller) => void)[] } | { kind: "on"; teller: Teller };
let state: State = { kind: "off" };
const EARLY_LIMIT = 1_000;

/** From now on what is told is kept until `tellTo`. The exporter takes a fifth of a second to load, which an alert need not wait for. */
export const tellLater = (): void => void (state = { kind: "early", kept: [] });

/** Hands the exporter what was kept, and everything at once from here on. Without an exporter nothing is told any more. */
export function tellTo(teller: Teller | null): void {
  const before = state;
  state = teller === null ? { kind: "off" } : { kind: "on", teller };
  if (before.kind === "early" && teller !== null) for (const emit of before.kept) emit(teller);
}

/** Tells something at once, or as soon as somebody listens. What comes after the thousandth is dropped. */
function tell(emit: (teller: Teller) => void): void {
  if (state.kind === "on") emit(state.teller);
  else if (state.kind === "early" && state.kept.length < EARLY_LIMIT) state.kept.push(emit);
}

/** Does work within a span, and marks it when the work fails. Where nobody listens, that costs nothing. */
export function inSpan<T>(name: string, wish: SpanWish, work: () => Promise<T>): Promise<T> {
  if (state.kind === "on") return state.teller.inSpan(name, wish, work);
  return state.kind === "early" && wish.isDetail !== true ? watched(name, wish, work) : work();
}

/** Tells of work after its end: what it led to in the meantime does not hang below it. */
async function watched<T>(name: string, wish: SpanWish, work: () => Promise<T>): Promise<T> {
  const told = { startedAt: new Date(), ...wish };
  let failure: string | null = null;
  try {
    return await work();
  } catch (thrown) {
    failure = kindOfFailure(thrown);
    throw thrown;
  } finally {
    const end = { at: new Date(), failure };
    tell((teller) => teller.recordSpan(name, told, end));
  }
}

/** SQLSTATE, system error or name. A message may quote values of the watched database; the kind of failure is enough here. */
export function kindOfFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "failure";
  const code = "code" in thrown ? thrown.code : null;
  return typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) ? code : thrown.name.slice(0, 40);
}

/** A span for work that is already done, where only its end shows which trace it belongs to. */
export function recordSpan(name: string, wish: SpanWish): void {
  const end = { at: new Date(), failure: null };
  tell((teller) => teller.recordSpan(name, wish, end));
}

/** Counts something that happened; `name` is that of the metric. */
export const count = (name: string, attributes: Attributes = {}): void =>
  tell((teller) => teller.count(name, attributes));

/** Records how long something took. */
export const recordSeconds = (name: string, seconds: number, attributes: Attributes = {}): void =>
  tell((teller) => teller.recordSeconds(name, seconds, attributes));

/** Passes on a line of the log. */
export const logLine = (line: LogLine): void => tell((teller) => teller.log(line));

/** The same function, at work in another trace, given as W3C `traceparent`; as it is where nobody listens yet. */
export const withinTrace = <Work extends (...inputs: never[]) => unknown>(traceparent: string, work: Work): Work =>
  state.kind === "on" ? state.teller.within(traceparent, work) : work;
