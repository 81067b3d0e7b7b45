import type { Incident } from "../shared/contracts/incident.ts";
import { memoryOf } from "../shared/core/memory.ts";
import { services } from "./services.ts";

/**
 * Keeps what there is to remember of an incident that is over. Safe to repeat, also with an old copy of the incident: the memory follows
 * from the incident alone, and a newer one stays. What changed meanwhile stays due.
 */
export async function remember(incident: Incident): Promise<void> {
  const { incidents, memories } = services();
  const memory = memoryOf(incident);
  if (memory !== null) await memories.keep(memory);
  await incidents.change(incident.incidentId, (current) =>
    current.updatedAt === incident.updatedAt ? { ...current, memoryDue: false } : null,
  );
}

/** Remembers what is due. What cannot be remembered now stays due for the sweep: nothing waits for a memory. */
export async function tryRemember(incident: Incident): Promise<void> {
  if (incident.memoryDue) await remember(incident).catch(() => {});
}
