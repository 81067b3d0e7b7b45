import type { OutboxEntry } from "../contracts/incident.ts";
import type { Incidents } from "./incidents.ts";
import type { Instructions } from "./instructions.ts";
import type { Messages } from "./messages.ts";

export type Outbox = ReturnType<typeof outboxOf>;

function keyOf(entry: OutboxEntry): string {
  switch (entry.kind) {
    case "message":
      return entry.messageId;
    case "instruction":
      return entry.instruction.instructionId;
    case "audit":
      return `${entry.what} ${entry.detail.key}`;
  }
}

/** Carries out what an incident's outbox announces, first to last, and clears it. Safe to repeat: ids are deterministic. */
export function outboxOf(incidents: Incidents, instructions: Instructions, messages: Messages) {
  const carryOut = async (incidentId: string, entry: OutboxEntry): Promise<void> => {
    switch (entry.kind) {
      case "message":
        return messages.send(entry.queue, entry.messageId, entry.message);
      case "instruction":
        return void (await instructions.create(entry.instruction));
      case "audit":
        return incidents.appendAudit({ incidentId, at: entry.at, what: entry.what, detail: entry.detail });
    }
  };
  const relay = async (incidentId: string): Promise<number> => {
    const incident = await incidents.read(incidentId);
    if (incident === null || incident.outbox.length === 0) return 0;
    for (const entry of incident.outbox) await carryOut(incidentId, entry);
    const done = new Set(incident.outbox.map(keyOf));
    await incidents.change(incidentId, (current) => {
      const left = current.outbox.filter((entry) => !done.has(keyOf(entry)));
      return left.length === current.outbox.length ? null : { ...current, outbox: left };
    });
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
