import type { Incident } from "../../shared/contracts/incident.ts";
import { isGraver } from "../../shared/core/severity.ts";
import { services } from "../services.ts";

/** Runs that wait for the same server take it by severity: the gravest first. */
export async function graverOneWaiting({ incidentId, serverId, severity, runId }: Incident): Promise<string | null> {
  // Who has the server already does not give it back for another: each would wait for the other.
  if ((await services().servers.lock(serverId))?.runId === runId) return null;
  const { incidents: others } = await services().incidents.listReadable({ serverId, unsettled: true });
  const graver = others.find(
    (other) => other.incidentId !== incidentId && isReady(other) && isGraver(other.severity, severity),
  );
  return graver?.incidentId ?? null;
}

const isReady = ({ decision, execution, resolution }: Incident): boolean =>
  decision?.verdict === "approve" && execution === null && resolution === null;
