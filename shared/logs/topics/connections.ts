import { ascii, endOfNumber, findText, numberAt, standsAt, textOf } from "../bytes.ts";
import { type Entry, LEVEL } from "../entry.ts";
import { boundedGroups, count, mostFrequent, type Tally } from "../groups.ts";
import { SECONDS_EACH } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { redacted } from "../redact.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import type { Draft, Span, Topic } from "../topic.ts";
import { inSeconds, rounded, times } from "../words.ts";

type Refusals = { seen: Seen; reason: string; isFull: boolean };
type Churn = {
  received: Seen;
  authorized: number;
  ended: number;
  short: number;
  sessionMs: number;
  minute: number;
  inMinute: number;
  peak: number;
  applications: Tally;
};

const MOST_REASONS = 500;
/** A session shorter than a second was hardly worth its connection. */
const SHORT_SESSION_MS = 1_000;
const CHURN_PER_SECOND = 1;
const CHURN_CONNECTIONS = 100;
const MANY_FAILURES = 10;

const CONNECTION = ascii("connection ");
const RECEIVED = ascii("connection received");
const DISCONNECTION = ascii("disconnection: session time: ");
const APPLICATION = ascii("application_name=");
const FULL = /^(sorry, too many clients already|remaining connection slots are reserved|too many connections for)/;
const REFUSED =
  /^(.*authentication failed for user|no pg_hba\.conf entry|pg_hba\.conf rejects|role ".*" (does not exist|is not permitted)|database ".*" does not exist|permission denied for database|certificate authentication failed|no PostgreSQL user name)/;

/** Sessions: refused, failed to sign in, and how often they come and go (log_connections, log_disconnections). */
export function connections(): Topic {
  const refusals = boundedGroups<Refusals>(
    MOST_REASONS,
    () => ({ seen: notSeen(), reason: "", isFull: false }),
    ({ seen }) => seen.count,
  );
  const churn: Churn = {
    received: notSeen(),
    authorized: 0,
    ended: 0,
    short: 0,
    sessionMs: 0,
    minute: 0,
    inMinute: 0,
    peak: 0,
    applications: new Map(),
  };
  return {
    take: (entry) => {
      const { bytes, message, level } = entry;
      if (level === LEVEL.log) return takeSession(entry, churn);
      if (level !== LEVEL.fatal) return false;
      const text = textOf(bytes, message, 500);
      const isFull = FULL.test(text);
      if (!isFull && !REFUSED.test(text)) return false;
      const reason = redacted(text);
      const group = refusals.at(reason);
      Object.assign(group, { reason, isFull });
      see(group.seen, entry);
      return true;
    },
    dropped: () => refusals.dropped.groups,
    findings: (span) => [...refusals.all().map(refusalFinding), ...churnFindings(churn, span)],
  };
}

function takeSession(entry: Entry, churn: Churn): boolean {
  const { bytes, message, timeMs } = entry;
  if (standsAt(bytes, message.start, message.end, DISCONNECTION)) {
    const ms = sessionMs(bytes, message.start + DISCONNECTION.length, message.end);
    churn.ended += 1;
    churn.sessionMs += ms;
    if (ms < SHORT_SESSION_MS) churn.short += 1;
    return true;
  }
  if (!standsAt(bytes, message.start, message.end, CONNECTION)) return false;
  if (!standsAt(bytes, message.start, message.end, RECEIVED)) {
    noteApplication(entry, churn);
    return true;
  }
  see(churn.received, entry);
  const minute = Math.floor(timeMs / 60_000);
  churn.inMinute = minute === churn.minute ? churn.inMinute + 1 : 1;
  churn.minute = minute;
  churn.peak = Math.max(churn.peak, churn.inMinute);
  return true;
}

/** One in 16 is enough to know which applications come most often. */
function noteApplication({ bytes, message }: Entry, churn: Churn): void {
  churn.authorized += 1;
  if (churn.authorized % 16 !== 1) return;
  const at = findText(bytes, message.start, message.end, APPLICATION);
  if (at < 0) return;
  const [name = ""] = textOf(bytes, { start: at + APPLICATION.length, end: message.end }, 64).split(" SSL ");
  count(churn.applications, name, 50);
}

/** `1:02:03.456` in milliseconds. */
function sessionMs(bytes: Buffer, from: number, end: number): number {
  let seconds = 0;
  let at = from;
  for (let part = 0; part < 3; part += 1) {
    seconds = seconds * 60 + numberAt(bytes, at, end);
    at = endOfNumber(bytes, at, end) + 1;
  }
  return seconds * 1_000;
}

function refusalFinding({ seen, reason, isFull }: Refusals): Draft {
  const kind = isFull ? "too_many_connections" : "authentication_failed";
  const each = isFull ? SECONDS_EACH.refusedConnection : SECONDS_EACH.failedAuthentication;
  const role = /(?:user|role) "([^"]+)"/.exec(reason)?.[1];
  const severity = isFull ? "critical" : seen.count >= MANY_FAILURES ? "warning" : "notice";
  return {
    kind,
    group: reason,
    title: isFull
      ? `${times(seen.count, "connection")} refused: ${reason}`
      : `${times(seen.count, "sign-in")} refused: ${reason}`,
    severity,
    lostSeconds: seen.count * each,
    seen,
    sample: reason,
    facts: { refused: seen.count, ...(role === undefined ? {} : { role }) },
    nextActions: nextActions(kind, role === undefined ? {} : { role }),
  };
}

function churnFindings(churn: Churn, { seconds }: Span): Draft[] {
  const { received, ended, short, peak, applications } = churn;
  const perSecond = seconds > 0 ? received.count / seconds : 0;
  if (received.count < CHURN_CONNECTIONS || perSecond < CHURN_PER_SECOND) return [];
  if (ended > 0 && short * 2 < ended) return [];
  const mean = ended > 0 ? `, ${inSeconds(churn.sessionMs / ended)} long on average` : "";
  return [
    {
      kind: "connection_churn",
      group: "",
      title: `${times(received.count, "new connection")}, ${rounded(perSecond)} a second${mean}`,
      severity: "warning",
      lostSeconds: received.count * SECONDS_EACH.connection,
      seen: received,
      sample: null,
      facts: {
        connections: received.count,
        perSecond: rounded(perSecond, 2),
        mostInAMinute: peak,
        sessionsEnded: ended,
        shorterThanASecond: short,
        ...(applications.size > 0 ? { applications: mostFrequent(applications, 3).join(", ") } : {}),
      },
      nextActions: nextActions("connection_churn"),
    },
  ];
}
