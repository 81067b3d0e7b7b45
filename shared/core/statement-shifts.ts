import type { Detection, HeavyStatement, KnownStatement, Reading } from "../contracts/baseline.ts";

/** Slower than it ever was, by so much in factor and in ms: the rules of the cause are as strict. */
const SLOWER_BY = 3;
const SLOWER_BY_MS = 5;
/** Of an idle server the few calls of one statement are most of the time, whoever makes them. */
const LEAST_CALLS = 10;
const LEAST_MS_A_MINUTE = 3_000;
/** One that at this pace began within the last hour is new; one that has run before and only takes its share now is not. */
const NEW_MINUTES = 60;
/** So many minutes it must have been a suspect more than not, until it counts. */
const HITS_NEEDED = 8;
/** So many minutes a statement must have been seen before it has a past; and so many statements are remembered, the latest. */
const MINUTES_OF_PAST = 30;
const MOST_KNOWN = 60;
/** The newest minute moves what is usual by at least so much, so that the past fades within days. */
const LATEST_WEIGHT = 0.002;

/** A statement that is new (`beforeMs` null) or slower than it was. */
export type Shift = { key: string; meanMs: number; beforeMs: number | null };

type Watched = Pick<Detection, "statements" | "suspects">;
export type Watch = Watched & {
  /** Suspects for long enough, and those that have been suspects and are none any more. */
  confirmed: Shift[];
  cleared: string[];
};
type Terms = {
  /** Nothing is judged while the server is being learnt. */
  isJudged: boolean;
  /** False for a while after counters began again, when everything looks new. */
  knowsNew: boolean;
};

/**
 * Statements that are new or shifted against their own past, minute by minute. A minute in which a statement is slower teaches nothing of
 * it; a new one becomes known by running.
 */
export function watchStatements(watched: Watched, reading: Reading, terms: Terms): Watch {
  const known = new Map(watched.statements.map((one) => [one[0], one]));
  const shifts = terms.isJudged ? reading.heavy.flatMap((one) => shiftOf(known, one, terms) ?? []) : [];
  const shifted = new Map(shifts.map((one) => [one.key, one]));
  const suspects = suspectsAfter(watched.suspects, shifted);
  return {
    statements: knownAfter(known, reading, shifted),
    suspects,
    confirmed: suspects.flatMap(({ key, hits }) => (hits >= HITS_NEEDED ? (shifted.get(key) ?? []) : [])),
    cleared: watched.suspects.flatMap(({ key }) => (suspects.some((one) => one.key === key) ? [] : [key])),
  };
}

/** What a minute says of one statement: null when it is as it was, or too small to matter. */
function shiftOf(
  known: ReadonlyMap<string, KnownStatement>,
  { key, calls, meanMs, allCalls }: HeavyStatement,
  { knowsNew }: Terms,
): Shift | null {
  if (calls < LEAST_CALLS || calls * meanMs < LEAST_MS_A_MINUTE) return null;
  const [, log = 0, minutes = 0] = known.get(key) ?? [];
  if (minutes < MINUTES_OF_PAST)
    return knowsNew && allCalls <= calls * NEW_MINUTES ? { key, meanMs, beforeMs: null } : null;
  const beforeMs = Math.expm1(log);
  return meanMs >= beforeMs * SLOWER_BY && meanMs - beforeMs >= SLOWER_BY_MS ? { key, meanMs, beforeMs } : null;
}

function suspectsAfter(before: Detection["suspects"], shifted: ReadonlyMap<string, Shift>): Detection["suspects"] {
  const hits = new Map(before.map((one) => [one.key, one.hits]));
  for (const key of new Set([...hits.keys(), ...shifted.keys()]))
    hits.set(key, Math.min(HITS_NEEDED, (hits.get(key) ?? 0) + (shifted.has(key) ? 1 : -1)));
  return [...hits].flatMap(([key, count]) => (count > 0 ? [{ key, hits: count }] : []));
}

function knownAfter(
  known: Map<string, KnownStatement>,
  { heavy, at }: Reading,
  shifted: ReadonlyMap<string, Shift>,
): KnownStatement[] {
  for (const { key, meanMs, calls } of heavy) {
    const isSlower = (shifted.get(key)?.beforeMs ?? null) !== null;
    if (calls < LEAST_CALLS || isSlower) continue;
    const [, log, minutes] = known.get(key) ?? [key, Math.log1p(meanMs), 0, 0];
    const weight = Math.max(LATEST_WEIGHT, 1 / (minutes + 1));
    known.set(key, [key, short(log + weight * (Math.log1p(meanMs) - log)), minutes + 1, Date.parse(at)]);
  }
  return [...known.values()].toSorted((a, b) => b[3] - a[3] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_KNOWN);
}

/** Six digits say enough, and keep the document small. */
const short = (value: number): number => Number(value.toPrecision(6));
