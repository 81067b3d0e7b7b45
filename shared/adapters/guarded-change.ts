import type { z } from "zod";
import type { Address, Documents } from "./documents.ts";

const MAXIMUM_TRIES = 20;

/** The next version of a document, or null to leave it as it is, and what is answered then. */
export type Change<T, Answer> = { next: T | null; answer: Answer };

/**
 * Changes one document under its ETag: `decide` gets the newest version, or null where there is none. It may be asked again after a lost
 * race, and its last answer counts.
 */
export async function guardedChange<T extends object, Answer>(
  documents: Documents,
  at: Address,
  schema: z.ZodType<T>,
  decide: (current: T | null) => Change<T, Answer>,
): Promise<Answer> {
  for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
    const stored = await documents.read(at, schema);
    const { next, answer } = decide(stored?.value ?? null);
    if (next === null) return answer;
    const isWritten =
      stored === null
        ? (await documents.create(at, next)) === "created"
        : (await documents.replace(at, next, stored.etag)) === "replaced";
    if (isWritten) return answer;
  }
  throw new Error(`${at.container}/${at.id} changed ${MAXIMUM_TRIES} times while it was being changed`);
}
