import type { OutboxEntry } from "../contracts/incident.ts";
import type { Incidents } from "./incidents.ts";
import type { Instructions } from "./instructions.ts";
import type { Messages } from "./messages.ts";

export type Outbox = ReturnType<typeof outboxOf>;

const keyOf = (entry: OutboxEntry): string =>
  entry.kind === "message" ? entry.messageId : entry.instruction.instructionId;

/** Carries out what an incident's outbox announces, first to last, and clears it. Safe to repeat: ids are deterministic. */
export function outboxOf(incidents: Incidents, instructions: Instructions, messages: Messages) {
  const carryOut = async (entry: OutboxEntry): Promise<void> => {
    if (entry.kind === "message") await messages.send(entry.queue, entry.messageId, entry.message);
    else await instructions.create(entry.instruction);
  };
  const relay = async (incidentId: string): Promise<number> => {
    const incident = await incidents.read(incidentId);
    if (incident === null || incident.outbox.length === 0) return 0;
    for (const entry of incident.outbox) await carryOut(entry);
    const done = new Set(incident.outbox.map(keyOf));
    await incidents.change(incidentId, (current) => ({
      ...current,
      outbox: current.outbox.filter((entry) => !done.has(keyOf(entry))),
    }));
    return done.size;
  };
  return {
    /** Carries everything out; rejects when a dependency is down, and leaves the outbox as it was. */
    relay,
    /** Tries for at most `limitMs`; what is not done then stays in the outbox for the sweep. */
    tryRelay: async (incidentId: string, limitMs = 500): Promise<void> => {
      const done = relay(incidentId).catch(() => 0);
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, limitMs).unref())]);
    },
  };
}
