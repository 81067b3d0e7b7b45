// What every beat of the demo is given, and how it fails.
import { join } from "node:path";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { isClosed } from "../../../shared/contracts/incident.ts";
import type { CloudAccess } from "../cloud-access.ts";
import { eventually } from "../eventually.ts";
import { type Accepted, acceptedMessages } from "../service-bus/accepted.ts";
import type { Person } from "./person.ts";

export type Column = "customer_id" | "product_id";

export type Scene = {
  cloud: CloudAccess;
  person: Person;
  /** Where a person can watch. */
  dashboard: string;
  /** Prints one line of the beat that is played. */
  tell: (line: string) => void;
  /** Ends every wait. */
  signal: AbortSignal;
  /** How long a person has to decide before the demo does; 0 when nobody watches. */
  personMs: number;
};

/** A beat did not happen; the message says what was seen in its place. */
class NotSeen extends Error {}

/** A check that can fail. */
export function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new NotSeen(otherwise);
}

/** Waits until an incident is as wanted. An incident that ends otherwise fails at once, with the reason that it gives. */
export function untilIncident(
  { person, signal }: Scene,
  id: string,
  wanted: (incident: IncidentDetail) => boolean,
  what: string,
): Promise<IncidentDetail> {
  let last: IncidentDetail | undefined;
  const ask = async () => {
    last = await person.incident(id);
    if (wanted(last)) return last;
    must(!isClosed(last.state) || last.state === "resolved", endInWords(last));
    return null;
  };
  return eventually(ask, { signal, withinMs: 90_000, what: () => `${what} (the incident is ${last?.state ?? "new"})` });
}

function endInWords({ state, resolution, diagnosis }: IncidentDetail): string {
  const rejected = diagnosis?.rejected.map(({ what, because }) => `\n  ${what}: ${because}`) ?? [];
  return `the incident ended as ${state}: ${resolution?.because ?? "no reason given"}${rejected.join("")}`;
}

/** Waits until the broker has taken a message. */
export function untilSent({ cloud, signal }: Scene, queue: string, messageId: string): Promise<Accepted> {
  const folder = join(cloud.settings.PGMEDIC_STATE, "service-bus");
  const ask = async () =>
    acceptedMessages(folder).find((message) => message.queue === queue && message.messageId === messageId);
  return eventually(ask, { signal, withinMs: 15_000, what: `the message ${messageId} on the queue ${queue}` });
}

/** The server's CPU in percent over the last `seconds`; null while nothing was measured. */
export async function cpuOver({ cloud }: Scene, seconds: number): Promise<number | null> {
  const now = new Date();
  const figures = await cloud.cpuPercent(new Date(now.getTime() - seconds * 1000), now);
  return figures.length === 0 ? null : figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
