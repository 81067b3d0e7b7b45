import { ascii, endOfNumber, findText, isEmpty, numberAt, type Range, standsAt, textOf } from "../bytes.ts";
import { addDuration, type Durations, noDurations, percentileMs } from "../durations.ts";
import { ensureSession, type Entry, LEVEL } from "../entry.ts";
import { fingerprint, normalText } from "../fingerprint.ts";
import { boundedGroups, count, mostFrequent, type Tally } from "../groups.ts";
import { nextActions } from "../next-actions.ts";
import { notSeen, type Seen, widen } from "../seen.ts";
import type { Draft, Span, Topic } from "../topic.ts";
import { inSeconds, rounded, shortened, statementId, times } from "../words.ts";

type Group = {
  key: number;
  text: string;
  seen: Seen;
  durations: Durations;
  /** As auto_explain tells them: counted only where the log has no durations of its own, or each would count twice. */
  planned: Durations | null;
  /** Parsing and binding of prepared statements, logged apart. */
  preparingMs: number;
  users: Tally | null;
  databases: Tally | null;
};

const MOST_STATEMENTS = 2_000;
const MOST_SESSIONS = 10_000;
/** A statement is a warning when a core or a session works on it for this share of the time, or its slow runs take this long. */
const WARNING_SHARE = 0.05;
const WARNING_P95_MS = 1_000;
/** What took less than a second in all, and never long, is not told. */
const LEAST_TOTAL_MS = 1_000;
const LEAST_P95_MS = 100;

const DURATION = ascii("duration: ");
const STATEMENT = ascii("statement: ");
const EXECUTE = ascii("execute ");
const PARSE = ascii("parse ");
const BIND = ascii("bind ");
const PLAN = ascii("plan:");
const NAME_END = ascii(": ");
const QUERY_TEXT = ascii("Query Text: ");
const FIRST_NODE = ascii("(cost=");

/** Statements with their durations: log_min_duration_statement, log_duration with log_statement, auto_explain. */
export function statements(): Topic {
  const groups = boundedGroups<Group>(MOST_STATEMENTS, newGroup, ({ durations }) => durations.totalMs);
  /** What each process was last told to run, for durations that are logged without a text. */
  const running = new Map<number, number>();

  const groupOf = (entry: Entry, text: Range): Group => {
    const key = fingerprint(entry.bytes, text.start, text.end);
    const group = groups.at(key);
    if (group.key === 0) {
      group.key = key;
      group.text = normalText();
    }
    return group;
  };
  const noteSession = (group: Group, entry: Entry): void => {
    widen(group.seen, entry.timeMs);
    // One run in 64 is enough to know who runs it, and names are made of bytes.
    if (group.seen.count++ % 64 > 0) return;
    ensureSession(entry);
    if (!isEmpty(entry.user)) count((group.users ??= new Map()), textOf(entry.bytes, entry.user), 20);
    if (!isEmpty(entry.database)) count((group.databases ??= new Map()), textOf(entry.bytes, entry.database), 20);
  };
  const takeDuration = (entry: Entry): void => {
    const { bytes, message } = entry;
    const start = message.start + DURATION.length;
    const ms = numberAt(bytes, start, message.end);
    const at = skip(bytes, endOfNumber(bytes, start, message.end) + 3, message.end);
    const { how, text } = whatRan(bytes, at, message.end);
    if (how === "nothing") {
      const key = running.get(entry.pid);
      if (key === undefined) return;
      const group = groups.at(key);
      if (group.key !== key) return;
      addDuration(group.durations, ms);
      return;
    }
    const group = groupOf(entry, text);
    if (how === "prepared") group.preparingMs += ms;
    else if (how === "planned") addDuration((group.planned ??= noDurations()), ms);
    else addDuration(group.durations, ms);
    noteSession(group, entry);
  };
  return {
    take: (entry) => {
      const { bytes, message, level } = entry;
      if (level !== LEVEL.log) return false;
      if (standsAt(bytes, message.start, message.end, DURATION)) {
        takeDuration(entry);
        return true;
      }
      const { how, text } = whatRan(bytes, message.start, message.end);
      if (how !== "ran") return false;
      const group = groupOf(entry, text);
      noteSession(group, entry);
      if (running.size >= MOST_SESSIONS) running.clear();
      if (entry.pid > 0) running.set(entry.pid, group.key);
      return true;
    },
    dropped: () => groups.dropped.groups,
    findings: (span) => groups.all().flatMap((group) => findingOf(group, span)),
  };
}

const newGroup = (): Group => ({
  key: 0,
  text: "",
  seen: notSeen(),
  durations: noDurations(),
  planned: null,
  preparingMs: 0,
  users: null,
  databases: null,
});

type Ran = { how: "ran" | "prepared" | "planned" | "nothing"; text: Range };
const NOTHING: Ran = { how: "nothing", text: { start: 0, end: 0 } };
const ran: Ran = { how: "ran", text: { start: 0, end: 0 } };

/** What stands behind a duration or at the beginning of a message; one object is used again and again. */
function whatRan(bytes: Buffer, at: number, end: number): Ran {
  const first = bytes[at];
  if (first === 115 && standsAt(bytes, at, end, STATEMENT)) return found("ran", at + STATEMENT.length, end);
  if (first === 101 && standsAt(bytes, at, end, EXECUTE)) return named("ran", bytes, at + EXECUTE.length, end);
  if (first !== 112 && first !== 98) return NOTHING;
  if (standsAt(bytes, at, end, BIND)) return named("prepared", bytes, at + BIND.length, end);
  if (standsAt(bytes, at, end, PARSE)) return named("prepared", bytes, at + PARSE.length, end);
  if (!standsAt(bytes, at, end, PLAN)) return NOTHING;
  const text = findText(bytes, at, end, QUERY_TEXT);
  if (text < 0) return NOTHING;
  const node = findText(bytes, text, end, FIRST_NODE);
  const line = node < 0 ? end : bytes.lastIndexOf(10, node);
  return found("planned", text + QUERY_TEXT.length, Math.max(text + QUERY_TEXT.length, line));
}

function found(how: Ran["how"], start: number, end: number): Ran {
  ran.how = how;
  ran.text.start = start;
  ran.text.end = end;
  return ran;
}

/** The text behind the name of a prepared statement: `execute <unnamed>: select 1`. */
function named(how: Ran["how"], bytes: Buffer, at: number, end: number): Ran {
  const colon = findText(bytes, at, Math.min(end, at + 200), NAME_END);
  return colon < 0 ? NOTHING : found(how, colon + NAME_END.length, end);
}

function skip(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] === 32) at += 1;
  return at;
}

function findingOf(group: Group, { seconds }: Span): Draft[] {
  const durations = group.durations.count > 0 ? group.durations : group.planned;
  if (durations === null) return [];
  const totalMs = durations.totalMs + group.preparingMs;
  const p95 = percentileMs(durations, 0.95);
  if (totalMs < LEAST_TOTAL_MS && p95 < LEAST_P95_MS) return [];
  const share = seconds > 0 ? totalMs / 1_000 / seconds : 0;
  const statement = statementId(group.key);
  return [
    {
      kind: "slow_statement",
      group: statement,
      title: `A statement took ${inSeconds(totalMs)} in ${times(durations.count, "run")} (p95 ${inSeconds(p95)}): ${shortened(group.text)}`,
      severity: share >= WARNING_SHARE || p95 >= WARNING_P95_MS ? "warning" : "notice",
      lostSeconds: totalMs / 1_000,
      seen: { ...group.seen, count: durations.count },
      sample: group.text,
      facts: {
        statement,
        runs: durations.count,
        totalSeconds: rounded(totalMs / 1_000, 3),
        meanMs: rounded(durations.totalMs / durations.count, 3),
        p50Ms: rounded(percentileMs(durations, 0.5), 3),
        p95Ms: rounded(p95, 3),
        maxMs: rounded(durations.maxMs, 3),
        sessionsBusy: rounded(share, 3),
        ...(group.users !== null ? { users: mostFrequent(group.users, 3).join(", ") } : {}),
        ...(group.databases !== null ? { databases: mostFrequent(group.databases, 3).join(", ") } : {}),
      },
      nextActions: nextActions("slow_statement", { statement }),
    },
  ];
}
