import { setTimeout as sleep } from "node:timers/promises";
import type { Incident } from "../shared/contracts/incident.ts";
import type { ApprovalMessage, ResumeMessage } from "../shared/contracts/messages.ts";
import { proposalIdOf } from "../shared/core/digest.ts";
import { services } from "./services.ts";

/** Replicas agree within milliseconds; the broker delivers ten times, each time so long. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 200;

/**
 * The incident that a message is about, as soon as it shows what the message follows from. Under session consistency only the process
 * that wrote it is sure to see it at once. Rejects when it is still not there: the broker delivers the message again, and puts it aside
 * after its limit, where people see it; taking it for done would lose it until the sweep.
 */
export async function visibleIncident(
  incidentId: string,
  isVisible: (incident: Incident) => boolean = () => true,
): Promise<Incident> {
  for (let look = 1; look <= LOOKS; look += 1) {
    if (look > 1) await sleep(BETWEEN_LOOKS_MS);
    const incident = await services().incidents.read(incidentId);
    if (incident !== null && isVisible(incident)) return incident;
  }
  throw new Error(`the incident ${incidentId} does not show yet what the message is about`);
}

/** Whether a message about a decision can be judged by this version of the incident, or is newer than it. */
export const isDecided = ({ state, decision }: Incident): boolean => {
  const isEarly = state === "received" || state === "dispatched" || state === "investigating";
  return !isEarly && !(state === "awaitingApproval" && decision === null);
};

/** Whether a message is of a round whose run has proposed again since: nothing follows from it, however long one waits. */
export function isOver({ runId, proposal }: Incident, message: ResumeMessage | ApprovalMessage): boolean {
  if (proposal === null) return false;
  if (message.type === "resume") return message.runId === runId && message.round < proposal.round;
  const earlier = Array.from({ length: proposal.round - 1 }, (_, place) => proposalIdOf(runId, place + 1));
  return earlier.includes(message.proposalId);
}
