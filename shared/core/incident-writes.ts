import type { Incident, IncidentState, OutboxEntry, TimelineEntry } from "../contracts/incident.ts";
import type { Message, Queue } from "../contracts/messages.ts";
import type { Actor } from "../contracts/primitives.ts";
import { transition } from "./incident-state.ts";

const PGMEDIC: Actor = { kind: "pgmedic" };

/** A line of the timeline that PgMedic itself writes. */
export const ownEntry = (kind: TimelineEntry["kind"], text: string, now: Date): TimelineEntry => ({
  at: now.toISOString(),
  kind,
  text,
  by: PGMEDIC,
});

export const entryBy = (by: Actor, kind: TimelineEntry["kind"], text: string, now: Date): TimelineEntry => ({
  at: now.toISOString(),
  kind,
  text,
  by,
});

/** An outbox entry for a message; the id makes a second send without effect. */
export const announced = (queue: Queue, messageId: string, message: Message): OutboxEntry => ({
  kind: "message",
  queue,
  messageId,
  message,
});

/** An outbox entry for the audit chain: what is written to the incident and what the chain says of it cannot come apart. */
export const audited = (what: string, at: string, detail: { key: string } & Record<string, unknown>): OutboxEntry => ({
  kind: "audit",
  at,
  what,
  detail,
});

export type Move = {
  to: IncidentState;
  entry: TimelineEntry;
  set?: Partial<Incident>;
  outbox?: readonly OutboxEntry[];
};

/**
 * The next version of an incident: new state, timeline, fields and outbox in one document. Null when the state does not allow it,
 * which a repeated step takes as "already done".
 */
export function moved(incident: Incident, { to, entry, set = {}, outbox = [] }: Move): Incident | null {
  const next = transition(incident, to, entry);
  if (!next.ok) return null;
  return { ...next.incident, ...set, state: to, outbox: [...next.incident.outbox, ...outbox] };
}
