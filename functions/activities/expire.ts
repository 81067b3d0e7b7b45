import type { StepInput, StepOutput } from "../../shared/contracts/steps.ts";
import { moved, ownEntry } from "../../shared/core/incident-writes.ts";
import { services } from "../services.ts";

/** Ends the wait for a decision. A decision that came first wins: the incident's ETag decides between the two. */
export async function expire(input: StepInput<"expire">): Promise<StepOutput<"expire">> {
  const { incidents, now } = services();
  const incident = await incidents.change(input.incidentId, (current) => {
    const isOpen = current.proposal?.proposalId === input.proposalId && current.decision === null;
    if (!isOpen) return null;
    return moved(current, {
      to: "expired",
      entry: ownEntry("close", "Nobody decided in time: the proposal expired.", now()),
    });
  });
  return { decided: incident.decision?.verdict ?? "no" };
}
