import type { z } from "zod";
import { AuditEntry } from "../contracts/api.ts";
import { WrittenEntry } from "../contracts/archive.ts";
import { type Address, allOf, type Documents } from "./documents.ts";

const MAXIMUM_TRIES = 20;
const READ_AT_ONCE = 16;

const entryId = (sequence: number): string => `audit-${String(sequence).padStart(6, "0")}`;

/** Seals an entry as the successor of another; the audit chain's rule, which core owns. */
export type Seal = (
  entry: Pick<AuditEntry, "incidentId" | "at" | "what" | "detail">,
  previous: AuditEntry | null,
) => AuditEntry;

/** The audit chain of each incident: insert-only documents in its partition, numbered from 1. */
export function auditEntriesOf(documents: Documents, seal: Seal) {
  const at = (incidentId: string, sequence: number): Address => ({
    container: "incidents",
    id: entryId(sequence),
    partition: incidentId,
  });
  const chain = async <T>(incidentId: string, after: number, schema: z.ZodType<T>): Promise<T[]> => {
    const found = await documents.search(
      {
        container: "incidents",
        sql:
          'select * from c where c.incidentId = @partition and startswith(c.id, "audit-") and c.sequence > @after ' +
          "order by c.sequence",
        parameters: [{ name: "@after", value: after }],
        partition: incidentId,
      },
      schema,
    );
    return allOf("incidents", found);
  };
  const audit = (incidentId: string): Promise<AuditEntry[]> => chain(incidentId, 0, AuditEntry);

  return {
    audit,
    /** The entries after a sequence number, as they are stored: null is one that is no entry (any more). */
    auditAsStored: (incidentId: string, after = 0): Promise<(AuditEntry | null)[]> =>
      chain(incidentId, after, AuditEntry.nullable().catch(null)),
    /** The same up to a sequence number that is known to be there, one by one: no query. What is missing is null too. */
    auditBetween: async (incidentId: string, after: number, upTo: number): Promise<(AuditEntry | null)[]> => {
      const entries: (AuditEntry | null)[] = [];
      for (let next = after + 1; next <= upTo; next += READ_AT_ONCE) {
        const some = Array.from({ length: Math.min(READ_AT_ONCE, upTo - next + 1) }, (_, place) => next + place);
        const schema = AuditEntry.nullable().catch(null);
        const read = some.map((sequence) => documents.read(at(incidentId, sequence), schema));
        for (const found of await Promise.all(read)) entries.push(found?.value ?? null);
      }
      return entries;
    },
    /** Which entries were written since a second of Unix time, by the database's own clock; what is no entry any more is left out. */
    auditWrittenSince: async (second: number): Promise<WrittenEntry[]> => {
      const found = await documents.search(
        {
          container: "incidents",
          sql:
            "select c.incidentId, c.sequence, c._ts as writtenAt from c " +
            'where startswith(c.id, "audit-") and c._ts >= @second',
          parameters: [{ name: "@second", value: second }],
        },
        WrittenEntry.nullable().catch(null),
      );
      return allOf("incidents", found).filter((entry) => entry !== null);
    },
    /** Appends to the audit chain. `key` makes the entry once: the same step repeated adds nothing. */
    appendAudit: async (entry: Pick<AuditEntry, "incidentId" | "at" | "what" | "detail">): Promise<void> => {
      for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
        const chain = await audit(entry.incidentId);
        if (chain.some((known) => known.what === entry.what && sameKey(known, entry))) return;
        const next = seal(entry, chain.at(-1) ?? null);
        if ((await documents.create(at(entry.incidentId, next.sequence), next)) === "created") return;
      }
      throw new Error(`the audit chain of ${entry.incidentId} is written too fast`);
    },
  };
}

const sameKey = (a: { detail: Record<string, unknown> }, b: { detail: Record<string, unknown> }): boolean =>
  a.detail["key"] !== undefined && a.detail["key"] === b.detail["key"];
