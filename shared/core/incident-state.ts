import type { Incident, IncidentState, TimelineEntry } from "../contracts/incident.ts";

/** For each state, the states that may follow it. */
export const NEXT_STATES: Readonly<Record<IncidentState, readonly IncidentState[]>> = {
  received: ["dispatched", "dismissed", "failed"],
  dispatched: ["investigating", "failed"],
  investigating: ["awaitingApproval", "executing", "dismissed", "handedOff", "failed"],
  awaitingApproval: ["executing", "awaitingApproval", "dismissed", "handedOff", "expired", "failed"],
  executing: ["verifying", "executing", "awaitingApproval", "handedOff", "expired", "dismissed", "failed"],
  verifying: ["resolved", "rolledBack", "handedOff", "failed"],
  // What was kept without proof is looked at again later: then it may have to go, fail to, or have no way back.
  resolved: ["rolledBack", "handedOff", "failed"],
  handedOff: [],
  dismissed: [],
  failed: [],
  rolledBack: [],
  expired: [],
};

export type Transition = { ok: true; incident: Incident } | { ok: false; because: string };

/** Moves an incident to a state, with the line that its timeline gets. An illegal move is refused as a value. */
export function transition(incident: Incident, to: IncidentState, entry: TimelineEntry): Transition {
  if (!NEXT_STATES[incident.state].includes(to)) {
    return { ok: false, because: `an incident that is ${incident.state} cannot become ${to}` };
  }
  return { ok: true, incident: { ...noted(incident, entry), state: to } };
}

/** Adds a line to the timeline. */
export const noted = (incident: Incident, entry: TimelineEntry): Incident => ({
  ...incident,
  timeline: [...incident.timeline, entry],
  updatedAt: entry.at,
});
