// What goes into the audit archive, in which blob and in which order.
import type { AuditEntry } from "../contracts/api.ts";
import type { ArchiveProgress, DailyRoot, WrittenEntry } from "../contracts/archive.ts";
import { sealed } from "./audit-chain.ts";
import { MINUTE_MS, SECOND_MS } from "./time.ts";

/** One blob holds so many entries: an append blob has at most 50,000 blocks, and an entry may come alone in its block. */
export const ENTRIES_A_BLOB = 40_000;
/** A block holds at most 4 MiB in every version of the service. */
const BLOCK_BYTES = 4 * 2 ** 20;
/** Cosmos DB stamps whole seconds by several clocks: entries younger than this are looked at again. */
const OVERLAP_SECONDS = 600;
/** Progress stays behind the clock by more than two clocks differ. */
const SETTLED_SECONDS = 5;

export const CHAINS = "incidents/";
export const ROOTS = "roots.ndjson";

const PART_NAME = /^incidents\/([A-Za-z0-9_-]{1,40})\/(\d{6})\.ndjson$/;

/** The blob that an incident's entry with this sequence belongs in. */
export const blobOf = (incidentId: string, sequence: number): string =>
  `${CHAINS}${incidentId}/${String(Math.ceil(sequence / ENTRIES_A_BLOB)).padStart(6, "0")}.ndjson`;

/** The incident that a blob belongs to and which part of its chain it is, from 1; null for another blob. */
export function partIn(name: string): { incidentId: string; part: number } | null {
  const [, incidentId, part] = PART_NAME.exec(name) ?? [];
  return incidentId === undefined ? null : { incidentId, part: Number(part) };
}

/** One value a line. */
export const lineOf = (value: AuditEntry | DailyRoot): string => `${JSON.stringify(value)}\n`;

type Block = { name: string; text: string; count: number };

/** Lines put together into blocks, none of which is larger than a block may be, nor reaches into the next blob. */
export function blocksOf(entries: readonly AuditEntry[]): Block[] {
  const blocks: Block[] = [];
  for (const entry of entries) {
    const name = blobOf(entry.incidentId, entry.sequence);
    const text = lineOf(entry);
    const open = blocks.at(-1);
    if (open?.name === name && Buffer.byteLength(open.text) + Buffer.byteLength(text) <= BLOCK_BYTES) {
      open.text += text;
      open.count += 1;
    } else blocks.push({ name, text, count: 1 });
  }
  return blocks;
}

/** The live entries that may follow the archived ones, and why the first of the others may not. */
export function followers(
  archived: AuditEntry | null,
  live: readonly (AuditEntry | null)[],
): { entries: AuditEntry[]; refused: string | null } {
  const entries: AuditEntry[] = [];
  let previous = archived;
  for (const entry of live) {
    const place = (previous?.sequence ?? 0) + 1;
    if (entry === null) return { entries, refused: `entry ${place} is missing, or is no entry` };
    const { sequence, previousHash, hash, ...content } = entry;
    const expected = sealed(content, previous);
    if (sequence !== place) return { entries, refused: `entry ${place} is missing` };
    if (previousHash !== expected.previousHash || hash !== expected.hash)
      return { entries, refused: `entry ${place} does not follow from what is archived before it` };
    entries.push(entry);
    previous = entry;
  }
  return { entries, refused: null };
}

export const NO_PROGRESS: ArchiveProgress = { upTo: 0, rootDay: null, rootBytes: 0, refused: [] };

/** From which second on entries must be looked at. */
export const lookFrom = ({ upTo }: ArchiveProgress): number => Math.max(0, upTo - OVERLAP_SECONDS);

/**
 * The incidents that have entries to archive, the one that waits longest first: when its first such entry was written, and the sequence
 * number of its newest, null where none was written lately.
 */
export function incidentsToArchive(
  written: readonly WrittenEntry[],
  progress: ArchiveProgress,
): { incidentId: string; since: number; newest: number | null }[] {
  const found = new Map<string, { since: number; newest: number | null }>();
  for (const { incidentId } of progress.refused) found.set(incidentId, { since: progress.upTo, newest: null });
  for (const { incidentId, sequence, writtenAt } of written) {
    const { since, newest } = found.get(incidentId) ?? { since: writtenAt, newest: null };
    found.set(incidentId, { since: Math.min(writtenAt, since), newest: Math.max(sequence, newest ?? 0) });
  }
  return [...found]
    .map(([incidentId, waiting]) => ({ incidentId, ...waiting }))
    .toSorted((a, b) => a.since - b.since || (a.incidentId < b.incidentId ? -1 : 1));
}

/** The second up to which everything is archived, once all incidents but `left` are. */
export function archivedUpTo(
  written: readonly WrittenEntry[],
  left: ReadonlySet<string>,
  { upTo, now }: { upTo: number; now: Date },
): number {
  const waiting = written.filter(({ incidentId, writtenAt }) => left.has(incidentId) && writtenAt > upTo);
  // In a second that is hardly over, more may have been written than was seen.
  const settled = Math.floor(now.getTime() / SECOND_MS) - SETTLED_SECONDS;
  const oldest = Math.min(settled, ...waiting.map(({ writtenAt }) => writtenAt));
  const done = written.filter(({ writtenAt }) => writtenAt < oldest).map(({ writtenAt }) => writtenAt);
  return Math.max(upTo, ...done);
}

/** Whole minutes since a second of Unix time. */
export const minutesSince = (second: number, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - second * SECOND_MS) / MINUTE_MS));
