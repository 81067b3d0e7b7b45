import type { AuditEntry } from "../contracts/api.ts";
import { digest } from "./digest.ts";

/** What the first entry of a chain names as its predecessor. */
export const CHAIN_START = "0".repeat(64);

type Unsealed = Omit<AuditEntry, "sequence" | "previousHash" | "hash">;

/** Makes the entry that follows `previous` (null for the first): its hash covers its content and the hash before it. */
export function sealed(entry: Unsealed, previous: AuditEntry | null): AuditEntry {
  const body = { ...entry, sequence: (previous?.sequence ?? 0) + 1, previousHash: previous?.hash ?? CHAIN_START };
  return { ...body, hash: digest(body) };
}

/** Checks a whole chain in sequence order. It finds a changed, missing, added or reordered entry; a cut-off end needs an outside anchor. */
export function verifyChain(entries: readonly AuditEntry[]): { intact: boolean; detail: string } {
  let previous: AuditEntry | null = null;
  for (const entry of entries) {
    const { sequence, previousHash, hash, ...content } = entry;
    const expected: AuditEntry = sealed(content, previous);
    if (expected.sequence !== sequence || expected.previousHash !== previousHash || expected.hash !== hash) {
      return { intact: false, detail: `entry ${sequence} does not follow from what came before it` };
    }
    previous = entry;
  }
  return { intact: true, detail: `${entries.length} entries, unbroken` };
}
