import { ascii, numberAfter, standsAt } from "../bytes.ts";
import { type Entry, LEVEL } from "../entry.ts";
import { SECONDS_EACH } from "../impact.ts";
import { nextActions } from "../next-actions.ts";
import { notSeen, see, type Seen } from "../seen.ts";
import type { Draft, Topic } from "../topic.ts";
import { inSeconds, rounded, times } from "../words.ts";

const STARTING = ascii("checkpoint starting: wal");
const COMPLETE = ascii("checkpoint complete: ");
const FREQUENT = ascii("checkpoints are occurring too frequently (");
const APART = ascii("frequently (");
const WRITE = ascii("write=");
const SYNC = ascii("sync=");
const TOTAL = ascii("total=");
/** A checkpoint that waits so long for the disks holds up the commits meanwhile. */
const SLOW_SYNC_SECONDS = 5;
/** Checkpoints because of WAL are normal now and then; most of them should come by time. */
const FEW = 5;

const ANY_START = ascii("checkpoint starting");

type Checkpoints = {
  done: Seen;
  frequent: Seen;
  byWal: Seen;
  slow: Seen;
  closestSeconds: number;
  totalSeconds: number;
  syncSeconds: number;
  longestSync: number;
  longestWrite: number;
};

/** How often checkpoints come, why, and how long they take (log_checkpoints, on by default since PostgreSQL 15). */
export function checkpoints(): Topic {
  const all: Checkpoints = {
    done: notSeen(),
    frequent: notSeen(),
    byWal: notSeen(),
    slow: notSeen(),
    closestSeconds: Number.POSITIVE_INFINITY,
    totalSeconds: 0,
    syncSeconds: 0,
    longestSync: 0,
    longestWrite: 0,
  };
  return {
    take: (entry) => {
      const { bytes, message, level } = entry;
      if (level !== LEVEL.log || bytes[message.start] !== 99) return false;
      if (standsAt(bytes, message.start, message.end, COMPLETE)) takeComplete(entry, all);
      else if (standsAt(bytes, message.start, message.end, FREQUENT)) {
        see(all.frequent, entry);
        all.closestSeconds = Math.min(all.closestSeconds, numberAfter(bytes, message, APART) ?? 0);
      } else if (!standsAt(bytes, message.start, message.end, ANY_START)) return false;
      if (standsAt(bytes, message.start, message.end, STARTING)) see(all.byWal, entry);
      return true;
    },
    findings: () => [...frequentOnes(all), ...slowOnes(all)],
  };
}

function takeComplete(entry: Entry, all: Checkpoints): void {
  const { bytes, message } = entry;
  const sync = numberAfter(bytes, message, SYNC) ?? 0;
  see(all.done, entry);
  if (sync >= SLOW_SYNC_SECONDS) see(all.slow, entry);
  all.totalSeconds += numberAfter(bytes, message, TOTAL) ?? 0;
  all.syncSeconds += sync;
  all.longestSync = Math.max(all.longestSync, sync);
  all.longestWrite = Math.max(all.longestWrite, numberAfter(bytes, message, WRITE) ?? 0);
}

const factsOf = ({ done, byWal, totalSeconds, longestSync, longestWrite }: Checkpoints): Draft["facts"] => ({
  checkpoints: done.count,
  becauseOfWal: byWal.count,
  totalSeconds: rounded(totalSeconds),
  longestSyncSeconds: rounded(longestSync, 3),
  longestWriteSeconds: rounded(longestWrite, 3),
});

function frequentOnes(all: Checkpoints): Draft[] {
  const { done, frequent, byWal, closestSeconds } = all;
  const isWarned = frequent.count > 0;
  if (!isWarned && (byWal.count < FEW || byWal.count * 2 <= done.count)) return [];
  const seen = isWarned ? frequent : byWal;
  return [
    {
      kind: "frequent_checkpoints",
      group: "",
      title: `${times(seen.count, "checkpoint")} came early because of much WAL${isWarned ? `, as close as ${closestSeconds} s apart` : ""}`,
      severity: "warning",
      lostSeconds: seen.count * SECONDS_EACH.frequentCheckpoint,
      seen,
      sample: null,
      facts: { ...factsOf(all), ...(isWarned ? { closestSeconds } : {}) },
      nextActions: nextActions("frequent_checkpoints"),
    },
  ];
}

function slowOnes(all: Checkpoints): Draft[] {
  const { slow, longestSync, syncSeconds } = all;
  if (slow.count === 0) return [];
  return [
    {
      kind: "slow_checkpoints",
      group: "",
      title: `${times(slow.count, "checkpoint")} waited long for the disks: ${inSeconds(longestSync * 1_000)} at most`,
      severity: "warning",
      lostSeconds: syncSeconds,
      seen: slow,
      sample: null,
      facts: factsOf(all),
      nextActions: nextActions("slow_checkpoints"),
    },
  ];
}
