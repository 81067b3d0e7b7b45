import type { Archive } from "../shared/adapters/archive.ts";
import type { Incidents } from "../shared/adapters/incidents.ts";
import { AuditEntry } from "../shared/contracts/api.ts";
import { blobOf, blocksOf, ENTRIES_A_BLOB, followers } from "../shared/core/audit-archive.ts";

const MAXIMUM_TRIES = 5;

export type Stores = { archive: Archive; incidents: Incidents; signal: AbortSignal };

/**
 * Appends what one incident's chain has beyond its archived part, up to the newest entry that is known; null looks for it.
 * Two that do so at once lose no entry and double none.
 */
export async function archiveIncident(
  { archive, incidents, signal }: Stores,
  { incidentId, newest }: { incidentId: string; newest: number | null },
): Promise<{ archived: number; refused: string | null }> {
  let archived = 0;
  for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
    const end = await endOf(archive, incidentId, signal);
    if (end === null) return { archived, refused: "the last line of its archived chain cannot be read" };
    const after = end.last?.sequence ?? 0;
    const live =
      newest === null
        ? await incidents.auditAsStored(incidentId, after)
        : await incidents.auditBetween(incidentId, after, newest);
    const { entries, refused } = followers(end.last, live);
    const lengths = new Map([[end.name, end.bytes]]);
    let isMoved = false;
    for (const { name, text, count } of blocksOf(entries)) {
      const bytes = lengths.get(name) ?? 0;
      isMoved = (await archive.append({ name, bytes }, text, signal)) === "moved";
      if (isMoved) break;
      archived += count;
      lengths.set(name, bytes + Buffer.byteLength(text));
    }
    if (!isMoved) return { archived, refused };
  }
  throw new Error(`the archived chain of ${incidentId} is written too fast`);
}

type End = { name: string; bytes: number; last: AuditEntry | null };

/** Where an incident's archived chain ends; null when its last line is no entry. */
async function endOf(archive: Archive, incidentId: string, signal: AbortSignal): Promise<End | null> {
  let last: AuditEntry | null = null;
  for (let sequence = 1; ; sequence += ENTRIES_A_BLOB) {
    const name = blobOf(incidentId, sequence);
    const { bytes, lines } = (await archive.read(name, AuditEntry, signal)) ?? { bytes: 0, lines: [] };
    last = lines.length === 0 ? last : (lines.at(-1) ?? null);
    if (lines.length > 0 && last === null) return null;
    if (lines.length < ENTRIES_A_BLOB) return { name, bytes, last };
  }
}
