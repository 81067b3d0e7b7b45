import type { Archive } from "../shared/adapters/archive.ts";
import { AuditEntry } from "../shared/contracts/api.ts";
import { type ChainHead, DailyRoot } from "../shared/contracts/archive.ts";
import { CHAINS, lineOf, partIn, ROOTS } from "../shared/core/audit-archive.ts";
import { headsIn, rootAfter } from "../shared/core/audit-root.ts";

/** A year of incidents may be read here the first time. */
const ANCHOR_MS = 240_000;
const AT_ONCE = 8;
const MAXIMUM_TRIES = 5;

/** Writes the root of a day over all chains that moved since the root before it, once; answers how long the blob of roots is then. */
export async function anchorDay(archive: Archive, day: string, now: Date): Promise<number> {
  const signal = AbortSignal.timeout(ANCHOR_MS);
  for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
    const { bytes, lines } = (await archive.read(ROOTS, DailyRoot, signal)) ?? { bytes: 0, lines: [] };
    const roots = lines.filter((root) => root !== null);
    const last = lines.at(-1) ?? null;
    if (lines.length > 0 && last === null)
      throw new Error("the newest daily root cannot be read: run pgmedic audit verify");
    if (last !== null && last.day >= day) return bytes;
    const heads = await movedHeads(archive, headsIn(roots), signal);
    const line = lineOf(rootAfter(last, { day, at: now.toISOString(), heads }));
    if ((await archive.append({ name: ROOTS, bytes }, line, signal)) === "appended")
      return bytes + Buffer.byteLength(line);
  }
  throw new Error("the daily roots are written too fast");
}

/** The heads of all chains that are not as they were when a root named them last: their blob is longer, or they are new. */
async function movedHeads(
  archive: Archive,
  known: ReadonlyMap<string, ChainHead>,
  signal: AbortSignal,
): Promise<ChainHead[]> {
  const newest = new Map<string, { name: string; bytes: number }>();
  // In the order of names, the last blob of an incident is the newest part of its chain.
  for (const blob of await archive.list(CHAINS, signal)) {
    const part = partIn(blob.name);
    if (part !== null && blob.bytes > 0) newest.set(part.incidentId, blob);
  }
  const moved = [...newest].filter(([incidentId, { bytes }]) => known.get(incidentId)?.bytes !== bytes);
  const heads: ChainHead[] = [];
  for (let at = 0; at < moved.length; at += AT_ONCE) {
    const some = moved.slice(at, at + AT_ONCE);
    const read = await Promise.all(some.map(([incidentId, { name }]) => headOf(archive, { incidentId, name }, signal)));
    heads.push(...read.filter((head) => head !== null));
  }
  return heads;
}

/** Null for a chain whose end cannot be read: the verification finds that. */
async function headOf(
  archive: Archive,
  { incidentId, name }: { incidentId: string; name: string },
  signal: AbortSignal,
): Promise<ChainHead | null> {
  const found = await archive.read(name, AuditEntry, signal);
  const last = found?.lines.at(-1) ?? null;
  if (found === null || last === null) return null;
  return { incidentId, sequence: last.sequence, hash: last.hash, bytes: found.bytes };
}
