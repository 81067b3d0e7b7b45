import { ascii, findText, isEmpty, numberAfter, type Range, standsAt, textOf } from "../bytes.ts";
import { type Entry, LEVEL } from "../entry.ts";
import { boundedGroups } from "../groups.ts";
import { SECONDS_EACH } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { notSeen, see, type Seen, widen } from "../seen.ts";
import type { Draft, Span, Topic } from "../topic.ts";
import { inSeconds, rounded, times } from "../words.ts";

type Upkeep = {
  table: string;
  vacuums: Seen;
  analyzes: number;
  cancelled: Seen;
  seconds: number;
  longestSeconds: number;
  removed: number;
  /** Dead rows that the last vacuum had to leave, and how often it had to leave a relevant number. */
  kept: number;
  remaining: number;
  blocked: Seen;
  isForWraparound: boolean;
};

const MOST_TABLES = 2_000;
/** Dead rows that stay and are as many as this matter: fewer come and go with every transaction. */
const KEPT_ROWS = 10_000;
const KEPT_SHARE = 0.1;
const LONG_SECONDS = 600;
const LONG_SHARE = 0.1;

const AUTOMATIC = ascii("automatic ");
const VACUUM = ascii("vacuum");
const WRAPAROUND = ascii("to prevent wraparound");
const OF_TABLE = ascii('of table "');
const REMOVED = ascii("tuples: ");
const REMAIN = ascii("removed, ");
const DEAD = ascii("remain, ");
const ELAPSED = ascii("elapsed: ");
const CANCELLED = ascii("canceling autovacuum task");

/** Autovacuum by table (log_autovacuum_min_duration): how long, what it removed, what it had to leave, what stopped it. */
export function autovacuum(): Topic {
  const tables = boundedGroups<Upkeep>(MOST_TABLES, newUpkeep, ({ seconds, kept }) => seconds + kept / 1_000);
  const upkeepOf = (bytes: Buffer, range: Range): Upkeep => {
    const table = tableIn(bytes, range);
    const upkeep = tables.at(table);
    upkeep.table = table;
    return upkeep;
  };
  return {
    take: (entry) => {
      const { bytes, message, context, level } = entry;
      if (level === LEVEL.error && standsAt(bytes, message.start, message.end, CANCELLED)) {
        see(upkeepOf(bytes, isEmpty(context) ? message : context).cancelled, entry);
        return true;
      }
      if (level !== LEVEL.log || !standsAt(bytes, message.start, message.end, AUTOMATIC)) return false;
      if (findText(bytes, message.start, message.end, OF_TABLE) < 0) return false;
      takeRun(entry, upkeepOf(bytes, message));
      return true;
    },
    dropped: () => tables.dropped.groups,
    findings: (span) => tables.all().flatMap((upkeep) => findingsOf(upkeep, span)),
  };
}

const newUpkeep = (): Upkeep => ({
  table: "",
  vacuums: notSeen(),
  analyzes: 0,
  cancelled: notSeen(),
  seconds: 0,
  longestSeconds: 0,
  removed: 0,
  kept: 0,
  remaining: 0,
  blocked: notSeen(),
  isForWraparound: false,
});

/** The name between the quotes: database, schema and table. */
function tableIn(bytes: Buffer, { start, end }: Range): string {
  const at = findText(bytes, start, end, OF_TABLE);
  const from = at + OF_TABLE.length;
  const close = at < 0 ? -1 : bytes.indexOf(34, from);
  return close < 0 || close > end ? "" : textOf(bytes, { start: from, end: close }, 200);
}

function takeRun(entry: Entry, upkeep: Upkeep): void {
  const { bytes, message } = entry;
  const elapsed = numberAfter(bytes, message, ELAPSED) ?? 0;
  upkeep.seconds += elapsed;
  upkeep.longestSeconds = Math.max(upkeep.longestSeconds, elapsed);
  const head = { start: message.start, end: Math.min(message.end, message.start + 80) };
  if (findText(bytes, head.start, head.end, VACUUM) < 0) {
    upkeep.analyzes += 1;
    widen(upkeep.vacuums, entry.timeMs);
    return;
  }
  see(upkeep.vacuums, entry);
  upkeep.isForWraparound ||= findText(bytes, head.start, head.end, WRAPAROUND) >= 0;
  upkeep.removed += numberAfter(bytes, message, REMOVED) ?? 0;
  upkeep.remaining = numberAfter(bytes, message, REMAIN) ?? 0;
  upkeep.kept = numberAfter(bytes, message, DEAD) ?? 0;
  if (upkeep.kept >= KEPT_ROWS && upkeep.kept >= upkeep.remaining * KEPT_SHARE) see(upkeep.blocked, entry);
}

function findingsOf(upkeep: Upkeep, { seconds: span }: Span): Draft[] {
  const { table, vacuums, blocked, cancelled, seconds, longestSeconds, kept } = upkeep;
  const share = span > 0 ? seconds / span : 0;
  const facts = {
    table,
    vacuums: vacuums.count,
    analyzes: upkeep.analyzes,
    seconds: rounded(seconds, 3),
    longestSeconds: rounded(longestSeconds, 3),
    removedRows: upkeep.removed,
    remainingRows: upkeep.remaining,
    deadRowsLeft: kept,
    againstWraparound: upkeep.isForWraparound,
  };
  const draft = (kind: Draft["kind"], seen: Seen, title: string, lostSeconds: number): Draft => ({
    kind,
    group: table,
    title,
    severity: "warning",
    lostSeconds,
    seen,
    sample: null,
    facts,
    nextActions: nextActions(kind, { table }),
  });
  return [
    ...(blocked.count > 0
      ? [
          draft(
            "vacuum_blocked",
            blocked,
            `${times(blocked.count, "vacuum")} of ${table} could not remove ${kept.toLocaleString("en")} dead rows: something holds them`,
            seconds + blocked.count,
          ),
        ]
      : []),
    ...(cancelled.count > 0
      ? [
          draft(
            "vacuum_cancelled",
            cancelled,
            `${times(cancelled.count, "autovacuum")} of ${table} gave way to somebody else's lock`,
            cancelled.count * SECONDS_EACH.vacuumCancelled,
          ),
        ]
      : []),
    ...(longestSeconds >= LONG_SECONDS || share >= LONG_SHARE || upkeep.isForWraparound
      ? [
          draft(
            "long_vacuum",
            vacuums,
            `Autovacuum worked ${inSeconds(seconds * 1_000)} on ${table} in ${times(vacuums.count + upkeep.analyzes, "run")}${upkeep.isForWraparound ? ", against wraparound" : ""}`,
            seconds,
          ),
        ]
      : []),
  ];
}
