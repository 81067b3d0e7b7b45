import { ascii, standsAt, textOf } from "../bytes.ts";
import { type Entry, LEVEL } from "../entry.ts";
import { boundedGroups, count, mostFrequent, type Tally } from "../groups.ts";
import { nextActions } from "../next-actions.ts";
import { redacted } from "../redact.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import { statementOf } from "../statement-of.ts";
import type { Draft, Topic } from "../topic.ts";
import { inSeconds, rounded, times } from "../words.ts";

type Waits = {
  seen: Seen;
  what: string;
  statement: string;
  text: string;
  totalMs: number;
  longestMs: number;
  holders: Tally;
};
type Pending = { group: Waits; ms: number };

const MOST_GROUPS = 500;
const MOST_PENDING = 10_000;
/** Somebody who waited this long has given up. */
const CRITICAL_WAIT_MS = 60_000;

const PROCESS = ascii("process ");
/** `process 17 still waiting for ShareLock on transaction 5 after 1000.1 ms`, and the same with `acquired` when it has got it. */
const WAIT = /^process (\d+) (still waiting for|acquired) (\w+) on (.+) after ([\d.]+) ms(?: at character \d+)?$/;
const HOLDERS = /Process(?:es)? holding the lock: ([\d, ]+)/;
const WITHIN = /(?:relation|table) "([^"]+)"/;

/** Lock waits (log_lock_waits), by lock and statement. */
export function lockWaits(): Topic {
  const waits = boundedGroups<Waits>(MOST_GROUPS, newWaits, ({ totalMs }) => totalMs);
  /** Who was still waiting when last heard of: it counts as waited if the lock is never acquired. */
  const pending = new Map<number, Pending>();

  const takeWait = (entry: Entry, match: RegExpExecArray): void => {
    const [, pid, state, mode = "", object = "", after] = match;
    const ms = Number(after);
    const known = pending.get(Number(pid));
    const group = known?.group ?? groupOf(entry, `${mode} on `, object);
    if (known === undefined) see(group.seen, entry);
    group.longestMs = Math.max(group.longestMs, ms);
    if (state === "acquired") {
      pending.delete(Number(pid));
      group.totalMs += ms;
    } else if (pending.size < MOST_PENDING) pending.set(Number(pid), { group, ms });
    const holders = HOLDERS.exec(textOf(entry.bytes, entry.detail, 500))?.[1] ?? "";
    for (const holder of holders.match(/\d+/g) ?? []) count(group.holders, holder);
  };
  const groupOf = (entry: Entry, mode: string, object: string): Waits => {
    const relation = WITHIN.exec(textOf(entry.bytes, entry.context, 500))?.[1];
    const what = `${mode}${relation ?? redacted(object).replace(/ of database N$/, "")}`;
    const statement = statementOf(entry);
    const group = waits.at(`${what} ${statement.id}`);
    if (group.what === "") Object.assign(group, { what, statement: statement.id, text: statement.text() });
    return group;
  };
  return {
    take: (entry) => {
      const { bytes, message, level } = entry;
      if (level !== LEVEL.log || !standsAt(bytes, message.start, message.end, PROCESS)) return false;
      const text = textOf(bytes, message, 500);
      const match = WAIT.exec(text);
      if (match !== null) takeWait(entry, match);
      // A deadlock is told once more as an error, with everything that matters.
      return match !== null || text.includes("deadlock");
    },
    dropped: () => waits.dropped.groups,
    findings: () => {
      for (const { group, ms } of pending.values()) group.totalMs += ms;
      pending.clear();
      return waits.all().map(findingOf);
    },
  };
}

const newWaits = (): Waits => ({
  seen: notSeen(),
  what: "",
  statement: "",
  text: "",
  totalMs: 0,
  longestMs: 0,
  holders: new Map(),
});

const findingOf = ({ seen, what, statement, text, totalMs, longestMs, holders }: Waits): Draft => ({
  kind: "lock_wait",
  group: `${what} ${statement}`,
  title: `${times(seen.count, "wait")} for ${what}, ${inSeconds(totalMs)} together, ${inSeconds(longestMs)} at most`,
  severity: longestMs >= CRITICAL_WAIT_MS ? "critical" : "warning",
  lostSeconds: totalMs / 1_000,
  seen,
  sample: text === "" ? null : text,
  facts: {
    lock: what,
    waits: seen.count,
    totalSeconds: rounded(totalMs / 1_000, 3),
    longestMs: rounded(longestMs, 3),
    ...(holders.size > 0 ? { mostFrequentHolders: mostFrequent(holders, 3).join(", ") } : {}),
    ...(statement === "" ? {} : { statement }),
  },
  nextActions: nextActions("lock_wait", statement === "" ? {} : { statement }),
});
