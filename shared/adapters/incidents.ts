import { z } from "zod";
import { Insight } from "../contracts/diagnostic-run.ts";
import { Incident } from "../contracts/incident.ts";
import { auditEntriesOf, type Seal } from "./audit-entries.ts";
import { type Address, allOf, type Documents, type Found } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

/** Said beside the incident, so that whoever looks for work finds it by an index. Documents from before it was said are looked into. */
const StoredIncident = Incident.extend({ isSettled: z.boolean().optional() });
const asStored = (incident: Incident): z.infer<typeof StoredIncident> => ({
  ...incident,
  isSettled: incident.resolution !== null && incident.outbox.length === 0 && !incident.memoryDue,
});
const asRead = ({ isSettled: _, ...incident }: z.infer<typeof StoredIncident>): Incident => incident;
const UNSETTLED =
  "(c.isSettled = false or (not is_defined(c.isSettled) and (is_null(c.resolution) or array_length(c.outbox) > 0)))";

type Filter = { serverId?: string; since?: string; unsettled?: boolean; approved?: boolean };
export type Incidents = ReturnType<typeof incidentsOf>;

/** Incidents: one aggregate each, with insert-only documents beside it in the same partition. */
export function incidentsOf(documents: Documents, seal: Seal) {
  const aggregate = (incidentId: string): Address => ({
    container: "incidents",
    id: incidentId,
    partition: incidentId,
  });
  const beside = (incidentId: string, id: string): Address => ({ container: "incidents", id, partition: incidentId });

  /** `unsettled` are those that a run or the outbox still has to finish, `approved` those whose action somebody agreed to. */
  const search = async (filter: Filter): Promise<Found<Incident>> => {
    const conditions = [
      'startswith(c.id, "inc-")',
      "c.updatedAt >= @since",
      ...(filter.serverId === undefined ? [] : ["c.serverId = @serverId"]),
      ...(filter.unsettled === true ? [UNSETTLED] : []),
      ...(filter.approved === true ? ['c.decision.verdict = "approve"'] : []),
    ];
    const { found, unreadable } = await documents.search(
      {
        container: "incidents",
        sql: `select * from c where ${conditions.join(" and ")} order by c.openedAt desc`,
        parameters: [
          { name: "@since", value: filter.since ?? "" },
          { name: "@serverId", value: filter.serverId ?? "" },
        ],
      },
      StoredIncident,
    );
    return { found: found.map(({ value, etag }) => ({ value: asRead(value), etag })), unreadable };
  };

  const inTurn = takingTurns();

  return {
    read: async (incidentId: string): Promise<Incident | null> => {
      const stored = await documents.read(aggregate(incidentId), StoredIncident);
      return stored && asRead(stored.value);
    },
    /** Creates an incident, once. */
    create: (incident: Incident) => documents.create(aggregate(incident.incidentId), asStored(incident)),

    /**
     * Changes an incident under its ETag: `decide` gets the newest version and answers the next one, or null to leave it.
     * It may be asked again after a lost race. Answers the incident as it then stands; rejects when it does not exist.
     * Within one process changes take turns, so that a storm of alerts does not race against itself.
     */
    change: (incidentId: string, decide: (incident: Incident) => Incident | null): Promise<Incident> =>
      inTurn(incidentId, () =>
        guardedChange(documents, aggregate(incidentId), StoredIncident, (stored) => {
          if (stored === null) throw new Error(`there is no incident ${incidentId}`);
          const current = asRead(stored);
          const next = decide(current);
          return { next: next && asStored(next), answer: next ?? current };
        }),
      ),

    /** Incidents, newest first. Rejects when one of them cannot be read. */
    list: async (filter: Filter = {}): Promise<Incident[]> => allOf("incidents", await search(filter)),
    /** Those that can be read, and the names of the others: who counts what was done must look at both. */
    listReadable: async (filter: Filter = {}): Promise<{ incidents: Incident[]; unreadable: string[] }> => {
      const { found, unreadable } = await search(filter);
      return { incidents: found.map(({ value }) => value), unreadable };
    },

    /** At most so many that were over before runs were remembered, the newest first; that is due now. */
    neverRemembered: async (most: number): Promise<Incident[]> => {
      const { found } = await documents.search(
        {
          container: "incidents",
          sql:
            `select top ${most} * from c where startswith(c.id, "inc-") and not is_defined(c.memoryDue) ` +
            "and not is_null(c.resolution) order by c.openedAt desc",
          parameters: [],
        },
        StoredIncident,
      );
      return found.map(({ value }) => ({ ...asRead(value), memoryDue: true }));
    },

    /** Keeps a document beside the aggregate, once: a repeated step finds what the first one wrote. */
    keepOnce: (incidentId: string, id: string, value: object) => documents.create(beside(incidentId, id), value),
    kept: async <T>(incidentId: string, id: string, schema: z.ZodType<T>): Promise<T | null> =>
      (await documents.read(beside(incidentId, id), schema))?.value ?? null,

    /** What bounded diagnostics brought to light, the first one first. */
    insights: async (incidentId: string): Promise<Insight[]> => {
      const { found } = await documents.search(
        {
          container: "incidents",
          sql: 'select * from c where c.incidentId = @partition and startswith(c.id, "insight-")',
          parameters: [],
          partition: incidentId,
        },
        Insight.extend({ incidentId: z.string() }),
      );
      return found
        .map(({ value: { incidentId: _, ...insight } }) => insight)
        .toSorted((a, b) => (a.at < b.at ? -1 : 1));
    },

    ...auditEntriesOf(documents, seal),
  };
}

/** Lets the work on one key wait for the work that came before it. */
function takingTurns() {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work);
    const settled = mine
      .catch(() => {})
      .then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return mine;
  };
}
