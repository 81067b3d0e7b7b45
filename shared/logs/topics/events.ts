import type { LogFindingKind, LogSeverity } from "../../contracts/log-triage.ts";
import { isDigit, isEmpty, textOf } from "../bytes.ts";
import { type Entry, LEVEL } from "../entry.ts";
import { boundedGroups } from "../groups.ts";
import { SECONDS_EACH } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { redacted } from "../redact.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import { statementOf } from "../statement-of.ts";
import type { Draft, Topic } from "../topic.ts";
import { shortened, times } from "../words.ts";

type Rule = {
  kind: LogFindingKind;
  severity: LogSeverity;
  secondsEach: number;
  /** What a message of this kind says; the first rule that fits takes it. */
  says: RegExp;
  /** Errors only count by the statement that met them. */
  byStatement?: true;
};

/** By the grave ones first. The words are PostgreSQL's own, of versions 9.6 to 18, in English. */
const RULES: readonly Rule[] = [
  {
    kind: "corruption",
    severity: "critical",
    secondsEach: SECONDS_EACH.corruption,
    says: /invalid page in block|page verification failed|could not read block|unexpected (zero page|data beyond EOF)|missing chunk number|invalid memory alloc request size|right sibling|could not access status of transaction|heap tuple .* from table .* lacks matching index tuple|index ".*" contains corrupted page|incorrect resource manager data checksum/,
  },
  {
    kind: "wraparound",
    severity: "critical",
    secondsEach: SECONDS_EACH.wraparound,
    says: /must be vacuumed (within|before)|not accepting commands .*wraparound|oldest (xmin|multixact) is far in the past|database is shut down to avoid wraparound|bypassing nonessential maintenance/,
  },
  {
    kind: "out_of_disk",
    severity: "critical",
    secondsEach: SECONDS_EACH.outOfDisk,
    says: /No space left on device|disk full|could not extend file|Disk quota exceeded|temporary file size exceeds temp_file_limit/,
  },
  {
    kind: "out_of_memory",
    severity: "critical",
    secondsEach: SECONDS_EACH.outOfMemory,
    says: /^out of (shared )?memory|Cannot allocate memory|terminated by signal 9/,
  },
  {
    kind: "crash",
    severity: "critical",
    secondsEach: SECONDS_EACH.crash,
    says: /was terminated by (signal|exception)|terminating any other active server processes|not properly shut down|database system was interrupted|reinitializing|because of crash of another server process|startup process .* exited|could not (create any TCP|bind)/,
  },
  {
    kind: "replication",
    severity: "critical",
    secondsEach: SECONDS_EACH.replication * 30,
    says: /requested WAL segment .* has already been removed|invalidating obsolete replication slot|requested timeline .* is not a child|replication slot ".*" .*(lost|invalidated)/,
  },
  {
    kind: "replication",
    severity: "warning",
    secondsEach: SECONDS_EACH.replication,
    says: /terminating walsender process|could not (receive data from WAL stream|send data to WAL stream|connect to the primary)|replication terminated by primary|conflict with recovery|terminating process \d+ to release replication slot|logical replication .* (error|has stopped)|exceeded .*max_slot_wal_keep_size/,
  },
  {
    kind: "archiving",
    severity: "warning",
    secondsEach: SECONDS_EACH.replication,
    says: /archive command (failed|was terminated)|archiving write-ahead log file ".*" failed/,
  },
  {
    kind: "statement_timeout",
    severity: "warning",
    secondsEach: SECONDS_EACH.cancelled,
    says: /due to (statement|transaction) timeout/,
    byStatement: true,
  },
  {
    kind: "lock_timeout",
    severity: "warning",
    secondsEach: SECONDS_EACH.cancelled,
    says: /due to lock timeout|could not obtain lock on/,
    byStatement: true,
  },
  {
    kind: "cancelled_by_user",
    severity: "notice",
    secondsEach: SECONDS_EACH.error,
    says: /canceling statement due to user request/,
    byStatement: true,
  },
  {
    kind: "terminated_sessions",
    severity: "warning",
    secondsEach: SECONDS_EACH.cancelled,
    says: /terminating connection due to/,
  },
  {
    kind: "connections_lost",
    severity: "notice",
    secondsEach: SECONDS_EACH.lostConnection,
    says: /could not (receive data from|send data to) client|unexpected EOF on client connection|connection to client lost|SSL (error|SYSCALL error)|incomplete startup packet|canceling authentication due to timeout/,
  },
  {
    kind: "configuration",
    severity: "notice",
    secondsEach: 0,
    says: /^parameter ".*" (changed to|removed|cannot be changed)|received SIGHUP|received (fast|smart|immediate) shutdown request|database system is ready/,
  },
];
const ERROR: Rule = { kind: "error", severity: "notice", secondsEach: SECONDS_EACH.error, says: /^/ };
/** Anything that says PANIC took the server down. */
const PANIC: Rule = { kind: "crash", severity: "critical", secondsEach: SECONDS_EACH.crash, says: /^/ };

type Group = { seen: Seen; rule: Rule; message: string; sqlState: string; statement: string; text: string };
const MOST_GROUPS = 2_000;

/** Messages that differ in nothing but numbers are judged once; so many verdicts are remembered. */
const MOST_VERDICTS = 4_000;
type Verdict = { rule: Rule; message: string; group: Group | null } | "of no interest";

/** Everything that is told by its words: crises, cancelled statements, replication, and errors by their SQLSTATE and message. */
export function events(): Topic {
  const groups = boundedGroups<Group>(
    MOST_GROUPS,
    newGroup,
    ({ seen, rule }) => seen.count * Math.max(0.01, rule.secondsEach),
  );
  const verdicts = new Map<number, Verdict>();
  let droppedGroups = 0;

  const verdictOn = (entry: Entry): Verdict => {
    const { bytes, message, level } = entry;
    // A verdict holds its group, which must not outlive a clearing.
    if (verdicts.size >= MOST_VERDICTS || droppedGroups !== groups.dropped.groups) verdicts.clear();
    droppedGroups = groups.dropped.groups;
    const isOwnText = isRaised(entry);
    const key = hashWithoutNumbers(bytes, message.start, message.end) * 16 + level + (isOwnText ? 8 : 0);
    const known = verdicts.get(key);
    if (known !== undefined) return known;
    const text = textOf(bytes, message, 1_000);
    const rule = ruleFor(text, level);
    const shown = isOwnText ? "RAISE in a function; its text is the function's own" : redacted(text);
    const verdict: Verdict = rule === null ? "of no interest" : { rule, message: shown, group: null };
    verdicts.set(key, verdict);
    return verdict;
  };
  const groupOf = (entry: Entry, { rule, message }: Exclude<Verdict, string>): Group => {
    const statement = statementOf(entry);
    const group = groups.at(`${rule.kind} ${message} ${rule.byStatement === true ? statement.id : ""}`);
    if (group.seen.count === 0) {
      const sqlState = textOf(entry.bytes, entry.sqlState);
      Object.assign(group, { rule, message, sqlState, statement: statement.id, text: statement.text() });
    }
    return group;
  };
  return {
    take: (entry) => {
      const verdict = verdictOn(entry);
      if (verdict === "of no interest") return false;
      const group = verdict.group ?? groupOf(entry, verdict);
      if (verdict.rule.byStatement !== true) verdict.group = group;
      see(group.seen, entry);
      return true;
    },
    dropped: () => groups.dropped.groups,
    findings: () => groups.all().map(findingOf),
  };
}

/** 32 bits of a hash of a message in which every run of digits counts as one; names in quotes are part of it. */
function hashWithoutNumbers(bytes: Buffer, from: number, end: number): number {
  let hash = 0x811c9dc5;
  const last = Math.min(end, from + 1_000);
  for (let at = from; at < last; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 48 && byte <= 57 && isDigit(bytes[at - 1])) continue;
    hash = Math.imul(hash ^ (byte >= 48 && byte <= 57 ? 48 : byte), 0x01000193);
  }
  return hash >>> 0;
}

const newGroup = (): Group => ({ seen: notSeen(), rule: ERROR, message: "", sqlState: "", statement: "", text: "" });

function ruleFor(text: string, level: number): Rule | null {
  if (level < LEVEL.warning) return null;
  const rule = RULES.find(({ says }) => says.test(text));
  if (rule !== undefined) return rule;
  if (level === LEVEL.panic) return PANIC;
  return level === LEVEL.error || level === LEVEL.fatal || level === LEVEL.warning ? ERROR : null;
}

/** RAISE puts any text into the log: nobody can tell what in it is data. */
function isRaised({ bytes, context, sqlState }: Entry): boolean {
  if (textOf(bytes, sqlState) === "P0001") return true;
  return !isEmpty(context) && / at RAISE/.test(textOf(bytes, context, 1_000));
}

function findingOf({ seen, rule, message, sqlState, statement, text }: Group): Draft {
  const parameters = {
    ...(statement === "" ? {} : { statement }),
    ...(/"([^"…]+)"/.exec(message) === null ? {} : { name: /"([^"…]+)"/.exec(message)?.[1] ?? "" }),
  };
  return {
    kind: rule.kind,
    group: `${message} ${rule.byStatement === true ? statement : ""}`,
    title: `${times(seen.count, "time")}: ${shortened(message, 140)}`,
    severity: rule.severity,
    lostSeconds: seen.count * rule.secondsEach,
    seen,
    sample: text === "" ? message : `${message}\n${text}`,
    facts: { times: seen.count, ...(sqlState === "" ? {} : { sqlState }), ...(statement === "" ? {} : { statement }) },
    nextActions: nextActions(rule.kind, parameters),
  };
}
