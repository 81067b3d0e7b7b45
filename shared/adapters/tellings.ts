import { Telling } from "../contracts/notification.ts";
import type { Address, Documents } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

/** So long it can be seen what was told, and an occasion is not told again. */
const TTL_SECONDS = 90 * 86_400;
/** At most so many are tried within one sweep. */
const MOST = 100;

/** The id of every document in `system` is also its partition. */
const at = (tellingId: string): Address => ({
  container: "system",
  id: tellingId,
  partition: tellingId,
  ttlSeconds: TTL_SECONDS,
});

export type Tellings = ReturnType<typeof tellingsOf>;

/** What people are to be told, one document for each notification and channel. */
export function tellingsOf(documents: Documents) {
  const search = async (condition: string, now: string): Promise<Telling[]> => {
    const sql = `select top ${MOST} * from c where startswith(c.id, "tell-") and ${condition} order by c.nextTryAt`;
    const parameters = [{ name: "@now", value: now }];
    return (await documents.search({ container: "system", sql, parameters }, Telling)).found.map(({ value }) => value);
  };
  return {
    /** Keeps one, once: an occasion that is noticed again changes nothing. */
    create: (telling: Telling) => documents.create(at(telling.tellingId), telling),
    read: async (tellingId: string): Promise<Telling | null> =>
      (await documents.read(at(tellingId), Telling))?.value ?? null,
    /** Those whose time has come, the one that waits longest first. */
    due: (now: Date): Promise<Telling[]> => search('c.state = "due" and c.nextTryAt <= @now', now.toISOString()),
    /** Changes one under its ETag; null leaves it, and is answered then. */
    change: (tellingId: string, decide: (current: Telling) => Telling | null): Promise<Telling | null> =>
      guardedChange(documents, at(tellingId), Telling, (current) => {
        const next = current === null ? null : decide(current);
        return { next, answer: next };
      }),
  };
}
