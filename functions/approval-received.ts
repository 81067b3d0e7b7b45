import type { Incident } from "../shared/contracts/incident.ts";
import { ApprovalMessage } from "../shared/contracts/messages.ts";
import { announced } from "../shared/core/incident-writes.ts";
import { keepUnreadable } from "./dead-letters.ts";
import { services } from "./services.ts";
import { isDecided, isOver, visibleIncident } from "./visible-incident.ts";

/** Queue `approvals`: checks the decision against the incident and the lock, then lets the run go on. */
export async function approvalReceived(body: unknown): Promise<void> {
  const message = ApprovalMessage.safeParse(body);
  if (!message.success) return keepUnreadable("approvals", body, message.error);
  await resumeRun(message.data);
}

/** Announces `resume` for a decided incident. The decision in the document counts, not what a message says. */
async function resumeRun(message: ApprovalMessage): Promise<void> {
  const { incidentId, decisionId } = message;
  const { incidents, servers, outbox } = services();
  const incident = await visibleIncident(incidentId, (seen) => isDecided(seen) || isOver(seen, message));
  if (!isWaiting(incident, decisionId)) return;
  const lock = await servers.lock(incident.serverId);
  const isOurs = lock !== null && lock.runId === incident.runId && lock.fencingToken === incident.fencingToken;
  // A run without the lock investigated beside another one: it goes on too, and takes the lock before it executes.
  const fencingToken = isOurs ? lock.fencingToken : (incident.fencingToken ?? 1);
  const messageId = `${decisionId}-resume`;
  await incidents.change(incidentId, (current) => {
    const isAnnounced = current.outbox.some((entry) => entry.kind === "message" && entry.messageId === messageId);
    if (isAnnounced || !isWaiting(current, decisionId)) return null;
    const { runId } = current;
    const round = current.proposal?.round ?? 1;
    const resume = { schemaVersion: 1, type: "resume", incidentId, runId, decisionId, round, fencingToken } as const;
    return { ...current, outbox: [...current.outbox, announced("runs", messageId, resume)] };
  });
  await outbox.relay(incidentId);
}

const isWaiting = ({ state, decision }: Incident, decisionId: string): boolean =>
  state === "awaitingApproval" && decision?.decisionId === decisionId;
