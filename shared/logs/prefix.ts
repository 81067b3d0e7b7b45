import { ascii, standsAt } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import { clearSession, type Entry, labelAt } from "./entry.ts";
import { escapeStep, keepText, literalStep, type Step } from "./prefix-steps.ts";

/** Reads the head of a line into the entry; returns the label's `level * 32 + length` and leaves its place in `message.start`; -1 when it does not fit. */
export type ReadHead = (bytes: Buffer, at: number, end: number, into: Entry) => number;
export type CompiledPrefix = { ok: true; readHead: ReadHead } | { ok: false; because: string };

/** Names have up to 63 bytes and hosts up to 255. */
const MAX_TEXT = 300;
/** Where several texts follow each other, this many ways to divide them are tried. */
const MAX_ATTEMPTS = 2_000;

/**
 * Compiles a `log_line_prefix` of PostgreSQL 9.6 to 18, paddings included. `strictly` reads every line by the whole prefix; otherwise what
 * belongs to the session is left until it is asked for, and need not fit.
 */
export function compilePrefix(prefix: string, clock: Clock, how: "quickly" | "strictly" = "quickly"): CompiledPrefix {
  const steps: Step[] = [];
  for (const [part, padding, escape] of prefix.matchAll(/%(-?\d+)?(\D)|[^%]+|%/gu)) {
    if (part.startsWith("%") && escape === undefined) return { ok: false, because: "log_line_prefix ends in a lone %" };
    const width = Math.abs(Number(padding ?? 0));
    const step = escape === undefined ? literalStep(part) : escapeStep(escape, width, clock);
    if (step === null) return { ok: false, because: `log_line_prefix has no escape %${escape}` };
    steps.push(step);
  }
  return { ok: true, readHead: how === "quickly" ? quickReader(steps) : headReader(steps) };
}

/**
 * Most prefixes have what every message needs in front and the session behind it. Then only the front is read; the label is looked for
 * after it, and the session when somebody asks.
 */
function quickReader(steps: readonly Step[]): ReadHead {
  const readAll = headReader(steps);
  const firstText = steps.findIndex(({ kind }) => kind !== "fixed");
  const rest = firstText < 0 ? [] : steps.slice(firstText);
  if (rest.length === 0 || rest.some((step) => step.kind === "fixed" && step.isKept)) return readAll;
  const front = steps.slice(0, firstText).flatMap((step) => (step.kind === "fixed" ? [step.read] : []));
  const readSession = (entry: Entry): void => {
    const { message, bytes } = entry;
    const messageStart = message.start;
    readAll(bytes, entry.lineStart, message.end, entry);
    message.start = messageStart;
  };
  return (bytes, from, end, into) => {
    let at = from;
    for (const read of front) {
      at = read(bytes, at, end, into);
      if (at < 0) return -1;
    }
    const label = firstLabel(bytes, at, end);
    if (label < 0) return -1;
    into.lineStart = from;
    into.readSession = readSession;
    into.message.start = label;
    return labelAt(bytes, label, end);
  };
}

const COLON = 58;
const SPACE = 32;
const MAX_SESSION = 4 * MAX_TEXT;

/** Where the first label begins: upper-case letters before a colon and two spaces. */
function firstLabel(bytes: Buffer, from: number, end: number): number {
  const last = Math.min(end, from + MAX_SESSION);
  for (let at = from; at < last; at += 1) {
    if (bytes[at] !== COLON || bytes[at + 1] !== SPACE || bytes[at + 2] !== SPACE) continue;
    let start = at;
    while (start > from && isOfLabel(bytes[start - 1] ?? 0)) start -= 1;
    // The prefix may end in such letters too.
    for (; start < at; start += 1) if (labelAt(bytes, start, end) >= 0) return start;
  }
  return -1;
}

const isOfLabel = (byte: number): boolean => (byte >= 65 && byte <= 90) || (byte >= 49 && byte <= 53);

function headReader(steps: readonly Step[]): ReadHead {
  let bytes: Buffer = Buffer.alloc(0);
  let end = 0;
  let attempts = 0;

  const label = (at: number, into: Entry): number => {
    into.message.start = at;
    return labelAt(bytes, at, end);
  };
  const match = (first: number, from: number, into: Entry): number => {
    let at = from;
    for (let number = first; number < steps.length; number += 1) {
      const step = steps[number];
      if (step?.kind === "text") return matchText(step, number, at, into);
      if (step?.kind === "sessionOnly") return matchSession(number, at, into);
      at = step?.read(bytes, at, end, into) ?? -1;
      if (at < 0) return -1;
    }
    return label(at, into);
  };
  /** `%q`: the rest is only there for sessions. */
  const matchSession = (number: number, at: number, into: Entry): number => {
    const found = match(number + 1, at, into);
    if (found >= 0) return found;
    clearSession(into);
    return label(at, into);
  };
  /** The shortest text after which the rest fits. */
  const matchText = (step: Step & { kind: "text" }, number: number, at: number, into: Entry): number => {
    const next = steps[number + 1];
    const mark = next?.kind === "fixed" ? next.literal : null;
    const last = Math.min(end, at + MAX_TEXT);
    for (let stop = at + step.width; stop <= last && attempts < MAX_ATTEMPTS; stop += 1) {
      if (mark !== null && bytes[stop] !== mark) continue;
      attempts += 1;
      const found = match(number + 1, stop, into);
      if (found < 0) continue;
      keepText(bytes, [at, stop], step.field, into);
      return found;
    }
    return -1;
  };
  return (given, at, to, into) => {
    bytes = given;
    end = to;
    attempts = 0;
    return match(0, at, into);
  };
}

const LABELS = [
  "LOG",
  "ERROR",
  "FATAL",
  "PANIC",
  "WARNING",
  "NOTICE",
  "INFO",
  "DEBUG",
  "DETAIL",
  "HINT",
  "CONTEXT",
  "STATEMENT",
  "QUERY",
].map((word) => ascii(`${word}:  `));

/** For lines whose prefix is not known: a time at the beginning, if there is one, and the first label in the line. */
export function looseHead(clock: Clock): ReadHead {
  return (bytes, at, end, into) => {
    if (clock.read(bytes, at, end) > 0) into.timeMs = clock.timeMs;
    const last = Math.min(end, at + 2 * MAX_TEXT);
    for (let place = at; place < last; place += 1) {
      const byte = bytes[place] ?? 0;
      if (byte < 65 || byte > 90 || !LABELS.some((text) => standsAt(bytes, place, end, text))) continue;
      into.message.start = place;
      return labelAt(bytes, place, end);
    }
    return -1;
  };
}
