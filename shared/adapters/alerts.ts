import { z } from "zod";
import { AlertAnswer } from "../contracts/api.ts";
import { AlertDigest } from "../contracts/incident.ts";
import { Id, Instant } from "../contracts/primitives.ts";
import type { Documents, Stored } from "./documents.ts";

/** What became of one notification; kept whether or not it opened anything. `resolvedAt` is what a resolution says of itself. */
export const Receipt = z.strictObject({
  answer: AlertAnswer,
  receivedAt: Instant,
  resolvedAt: Instant.nullable().default(null),
  payload: z.unknown(),
});
export type Receipt = z.infer<typeof Receipt>;
/** The alert is there so that whoever finds the key without its incident can finish what its claimant began. */
const OpenIncident = z.strictObject({
  serverId: Id,
  incidentId: Id,
  correlationKey: z.string(),
  alert: AlertDigest,
});
type OpenIncident = z.infer<typeof OpenIncident>;
export type Alerts = ReturnType<typeof alertsOf>;

const MAXIMUM_TRIES = 20;

/** Receipts of alert notifications, one per alert and condition, and which incident is open for the alerts of one kind on one server. */
export function alertsOf(documents: Documents) {
  const at = (id: string) => ({ container: "alerts", id, partition: id }) as const;
  return {
    read: async (id: string): Promise<Receipt | null> => (await documents.read(at(id), Receipt))?.value ?? null,
    keep: (id: string, receipt: Receipt) => documents.create(at(id), receipt),
    /** Puts a receipt in the place of one that said the alert was ignored. */
    replace: (id: string, receipt: Receipt) => documents.put(at(id), receipt),

    /** Whether somebody holds a correlation key. */
    hasOpen: async (correlationKey: string): Promise<boolean> =>
      (await documents.read(at(correlationKey), OpenIncident)) !== null,
    /** The incident that is open for a correlation key; the first to ask with a candidate makes it that. */
    openIncident: async (candidate: OpenIncident): Promise<Stored<OpenIncident>> => {
      const address = at(candidate.correlationKey);
      for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
        await documents.create(address, candidate);
        const stored = await documents.read(address, OpenIncident);
        // Its incident may have been closed in between.
        if (stored !== null) return stored;
      }
      throw new Error(`the open key ${candidate.correlationKey} was removed ${MAXIMUM_TRIES} times at once`);
    },
    /** Puts a new incident in the place of one that has ended. Loses against a concurrent replacement. */
    replaceOpen: (candidate: OpenIncident, etag: string) =>
      documents.replace(at(candidate.correlationKey), candidate, etag),
    /** Forgets the open key, if it still names this incident. */
    closeOpen: async (closed: Pick<OpenIncident, "incidentId" | "correlationKey">): Promise<void> => {
      const address = at(closed.correlationKey);
      const stored = await documents.read(address, OpenIncident);
      if (stored !== null && stored.value.incidentId === closed.incidentId)
        await documents.remove(address, stored.etag);
    },
  };
}
