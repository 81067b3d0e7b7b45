// What is wrong with an audit chain: its archived copy and its live one, held against each other and against the daily roots.
import type { AuditEntry } from "../contracts/api.ts";
import type { ChainHead, DailyRoot } from "../contracts/archive.ts";
import { CHAIN_START } from "./audit-chain.ts";
import { dayBefore } from "./audit-root.ts";
import { digest } from "./digest.ts";
import { later, MINUTE_MS, msBetween } from "./time.ts";

/** The promise is two minutes; later than this somebody or something keeps entries out of the archive. */
const LATE_MS = 15 * MINUTE_MS;

export type AuditFinding = {
  kind: "unreadable" | "changed" | "missing" | "added" | "reordered" | "truncated" | "late";
  where: "archive" | "live" | "roots";
  incidentId: string | null;
  sequence: number | null;
  detail: string;
};
export type Waiting = { entries: number; since: string };
export type ChainVerdict = { findings: AuditFinding[]; waiting: Waiting | null; entries: number };
/** A chain as it is stored, in stored order; null is what is no entry (any more). */
export type StoredChain = readonly (AuditEntry | null)[];

type Place = { where: "archive" | "live"; incidentId: string };
type Tell = (kind: AuditFinding["kind"], sequence: number | null, detail: string) => AuditFinding;
const telling =
  ({ where, incidentId }: { where: AuditFinding["where"]; incidentId: string | null }): Tell =>
  (kind, sequence, detail) => ({ kind, where, incidentId, sequence, detail });

/** Verifies one incident. `live` is null where it was not looked at; `anchors` are the heads that roots name of it. */
export function verifyIncident(
  incidentId: string,
  chains: { archived: StoredChain; live: StoredChain | null; anchors: readonly { day: string; head: ChainHead }[] },
  now: Date,
): ChainVerdict {
  const { archived, live, anchors } = chains;
  const findings = [
    ...chainFindings(archived, { where: "archive", incidentId }),
    ...anchorFindings(bySequence(archived), anchors, incidentId),
  ];
  const entries = Math.max(archived.length, live?.length ?? 0);
  if (live === null) return { findings, waiting: null, entries };
  findings.push(...chainFindings(live, { where: "live", incidentId }), ...differences(archived, live, incidentId));
  const waiting = waitingIn(archived, live);
  if (waiting !== null && msBetween(waiting.since, now.toISOString()) > LATE_MS)
    findings.push(
      telling({ where: "archive", incidentId })("late", null, `${waiting.entries} entries wait since ${waiting.since}`),
    );
  return { findings, waiting, entries };
}

/** What one copy of a chain shows by itself: every entry in its place, sealed over its content and the entry before it. */
function chainFindings(chain: StoredChain, place: Place): AuditFinding[] {
  const tell = telling(place);
  const findings: AuditFinding[] = [];
  const seen = new Set<number>();
  let previous: AuditEntry | null = null;
  for (const [at, entry] of chain.entries()) {
    if (entry === null) findings.push(tell("unreadable", null, `line ${at + 1} is no audit entry`));
    else {
      if (seen.has(entry.sequence))
        findings.push(tell("added", entry.sequence, `entry ${entry.sequence} is there twice`));
      findings.push(...entryFindings(entry, previous, place));
      seen.add(entry.sequence);
      previous = entry;
    }
  }
  const last = Math.max(0, ...seen);
  for (let sequence = 1; sequence < last; sequence += 1)
    if (!seen.has(sequence)) findings.push(tell("missing", sequence, `entry ${sequence} is missing`));
  return findings;
}

function entryFindings(entry: AuditEntry, previous: AuditEntry | null, place: Place): AuditFinding[] {
  const tell = telling(place);
  const { sequence, incidentId, previousHash } = entry;
  const after = previous?.sequence ?? 0;
  const findings: AuditFinding[] = [];
  if (incidentId !== place.incidentId)
    findings.push(tell("added", sequence, `entry ${sequence} belongs to ${incidentId}`));
  if (sequence < after) findings.push(tell("reordered", sequence, `entry ${sequence} comes after entry ${after}`));
  if (!isSealed(entry)) findings.push(tell("changed", sequence, `entry ${sequence} does not fit its own hash`));
  else if (sequence === after + 1 && previousHash !== (previous?.hash ?? CHAIN_START))
    findings.push(tell("changed", sequence, `entry ${sequence} was sealed after something else than what precedes it`));
  return findings;
}

function isSealed({ hash, ...body }: AuditEntry): boolean {
  return digest(body) === hash;
}

/** The archive is the witness: what it has, the live chain must have, hash by hash. */
function differences(archived: StoredChain, live: StoredChain, incidentId: string): AuditFinding[] {
  const tell = telling({ where: "live", incidentId });
  const there = bySequence(live);
  const end = Math.max(0, ...there.keys());
  const findings: AuditFinding[] = [];
  for (const [sequence, entry] of bySequence(archived)) {
    const counterpart = there.get(sequence);
    if (counterpart === undefined && sequence < end) continue; // Told as missing already.
    if (counterpart === undefined)
      findings.push(tell("truncated", sequence, `entry ${sequence} is archived, and not there any more`));
    else if (counterpart.hash !== entry.hash)
      findings.push(tell("changed", sequence, `entry ${sequence} is another one than was archived`));
  }
  return findings;
}

function waitingIn(archived: StoredChain, live: StoredChain): Waiting | null {
  const end = Math.max(0, ...bySequence(archived).keys());
  const waiting = live.filter((entry) => entry !== null && entry.sequence > end);
  const [first] = waiting.map((entry) => entry?.at ?? "").toSorted();
  return first === undefined ? null : { entries: waiting.length, since: first };
}

function anchorFindings(
  archived: ReadonlyMap<number, AuditEntry>,
  anchors: readonly { day: string; head: ChainHead }[],
  incidentId: string,
): AuditFinding[] {
  const tell = telling({ where: "archive", incidentId });
  return anchors.flatMap(({ day, head: { sequence, hash } }) => {
    const entry = archived.get(sequence);
    if (entry === undefined)
      return [
        tell("truncated", sequence, `the root of ${day} names entry ${sequence}, which is not archived any more`),
      ];
    if (entry.hash === hash) return [];
    return [tell("changed", sequence, `the root of ${day} names another entry ${sequence} than the archived one`)];
  });
}

const bySequence = (chain: StoredChain): Map<number, AuditEntry> =>
  new Map(chain.flatMap((entry) => (entry === null ? [] : [[entry.sequence, entry] as const])));

/** Verifies the chain of daily roots; `notedHash` is one that somebody wrote down elsewhere. */
export function verifyRoots(
  roots: readonly (DailyRoot | null)[],
  { oldestEntryAt, notedHash }: { oldestEntryAt: string | null; notedHash: string | undefined },
  now: Date,
): AuditFinding[] {
  const tell = telling({ where: "roots", incidentId: null });
  const findings: AuditFinding[] = [];
  let previous: DailyRoot | null = null;
  for (const [at, root] of roots.entries()) {
    if (root === null) findings.push(tell("unreadable", null, `line ${at + 1} is no daily root`));
    else {
      findings.push(...rootFindings(root, previous, tell));
      previous = root;
    }
  }
  if (notedHash !== undefined && !roots.some((root) => root?.hash === notedHash))
    findings.push(tell("missing", null, `no daily root has the hash ${notedHash}`));
  const due = dueDay(oldestEntryAt, now);
  if (due !== null && (previous === null || previous.day < due))
    findings.push(tell("late", null, `the newest daily root is ${previous?.day ?? "none"}; that of ${due} is due`));
  return findings;
}

function rootFindings(root: DailyRoot, previous: DailyRoot | null, tell: Tell): AuditFinding[] {
  const { hash, ...body } = root;
  const findings: AuditFinding[] = [];
  if (digest(body) !== hash) findings.push(tell("changed", null, `the root of ${root.day} does not fit its own hash`));
  if (root.previousHash !== (previous?.hash ?? CHAIN_START)) {
    const before = previous === null ? "the beginning" : `the root of ${previous.day}`;
    findings.push(tell("missing", null, `the root of ${root.day} does not follow ${before}`));
  }
  if (previous !== null && root.day <= previous.day)
    findings.push(tell("reordered", null, `the root of ${root.day} comes after that of ${previous.day}`));
  return findings;
}

/** The day whose root must be there by now; null while nothing had been archived by the end of it. */
function dueDay(oldestEntryAt: string | null, now: Date): string | null {
  const due = dayBefore(later(now, -LATE_MS));
  return oldestEntryAt !== null && oldestEntryAt.slice(0, 10) <= due ? due : null;
}
