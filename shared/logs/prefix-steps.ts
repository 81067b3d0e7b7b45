import { numberAt, setRange, standsAt } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import type { Entry } from "./entry.ts";

type TextField = "user" | "database" | "application" | "host";
/** Reads one part of a line's head; returns where it ends, or -1 where it does not stand. */
type Read = (bytes: Buffer, at: number, end: number, into: Entry) => number;
export type Step =
  /** A part whose end is told by its form. */
  | { kind: "fixed"; read: Read; literal: number | null; isKept: boolean }
  /** A part of any text: its end is where the next one begins. */
  | { kind: "text"; field: TextField | null; width: number }
  | { kind: "sessionOnly" };

const isAny = (letters: string): ((byte: number) => boolean) => {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(letters)) table[byte] = 1;
  return (byte) => table[byte] === 1;
};
const isHex = isAny("0123456789abcdef.");
const isVirtualId = isAny("0123456789/");
const isSqlState = isAny("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
const isNumber = isAny("-0123456789");
const isEpoch = isAny("0123456789.");

/** Escapes whose value every message needs. */
const KEPT: ReadonlySet<string> = new Set("tmnpe");

const TEXTS: ReadonlyMap<string, TextField | null> = new Map([
  ["u", "user"],
  ["d", "database"],
  ["a", "application"],
  ["r", "host"],
  ["h", "host"],
  ["b", null],
  ["i", null],
  ["L", null],
]);

export function literalStep(text: string): Step {
  const bytes = Buffer.from(text);
  const read: Read = (given, at, end) => (standsAt(given, at, end, bytes) ? at + bytes.length : -1);
  return { kind: "fixed", read, literal: bytes[0] ?? null, isKept: false };
}

/** What an escape of log_line_prefix stands for; null when PostgreSQL has no such escape. */
export function escapeStep(escape: string, width: number, clock: Clock): Step | null {
  if (escape === "%") return literalStep("%");
  if (escape === "q") return { kind: "sessionOnly" };
  const field = TEXTS.get(escape);
  if (field !== undefined) return { kind: "text", field, width };
  const read = readers(clock).get(escape);
  return read === undefined
    ? null
    : { kind: "fixed", read: width > 0 ? padded(read, width) : read, literal: null, isKept: KEPT.has(escape) };
}

const readers = (clock: Clock): ReadonlyMap<string, Read> =>
  new Map<string, Read>([
    ["t", time(clock, true)],
    ["m", time(clock, true)],
    ["s", time(clock, false)],
    [
      "n",
      run(isEpoch, false, (bytes, at, stop, into) => (into.timeMs = Math.round(numberAt(bytes, at, stop) * 1_000))),
    ],
    ["p", run(isNumber, false, (bytes, at, stop, into) => (into.pid = numberAt(bytes, at, stop)))],
    ["l", run(isNumber, false)],
    ["P", run(isNumber, true)],
    ["x", run(isNumber, true)],
    ["Q", run(isNumber, true)],
    ["c", run(isHex, false)],
    ["v", run(isVirtualId, true)],
    ["e", run(isSqlState, false, (_, at, stop, into) => setRange(into.sqlState, at, stop))],
  ]);

const time =
  (clock: Clock, keep: boolean): Read =>
  (bytes, at, end, into) => {
    const stop = clock.read(bytes, at, end);
    if (stop > 0 && keep) into.timeMs = clock.timeMs;
    return stop;
  };

/** A run of bytes of one kind. */
const run =
  (
    isPart: (byte: number) => boolean,
    mayBeEmpty: boolean,
    keep?: (bytes: Buffer, at: number, stop: number, into: Entry) => void,
  ): Read =>
  (bytes, from, end, into) => {
    let at = from;
    while (at < end && isPart(bytes[at] ?? 0)) at += 1;
    if (at === from) return mayBeEmpty ? at : -1;
    keep?.(bytes, from, at, into);
    return at;
  };

/** A value shorter than its padding is filled up with spaces, before it or behind it. */
const padded =
  (read: Read, width: number): Read =>
  (bytes, from, end, into) => {
    const at = skipSpaces(bytes, from, end);
    const stop = read(bytes, at, end, into);
    if (stop < 0) return at - from >= width ? from + width : -1;
    return skipSpaces(bytes, stop, Math.min(end, from + width));
  };

function skipSpaces(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === 32) at += 1;
  return at;
}

/** Sets a text field without the spaces of its padding. */
export function keepText(
  bytes: Buffer,
  [from, to]: readonly [number, number],
  field: TextField | null,
  into: Entry,
): void {
  if (field === null) return;
  let start = from;
  let end = to;
  while (start < end && bytes[start] === 32) start += 1;
  while (end > start && bytes[end - 1] === 32) end -= 1;
  setRange(into[field], start, end);
}
