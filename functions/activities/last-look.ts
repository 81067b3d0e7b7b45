import type { Run } from "../../shared/contracts/steps.ts";
import { reasonToStop } from "../../shared/core/guardrails.ts";
import { services } from "../services.ts";
import { readAutonomy, refuseUnreadable } from "./guardrail-facts.ts";

/**
 * The last look before a statement goes out: the fencing token, the kill switch and whether the server is still enabled. Answers why it
 * must not go out, or null. A run that lost the server rejects: what it sees is another run's business. So
 * does one that cannot know whether the kill switch is on: the step is repeated.
 */
export async function lastLook({ serverId, runId, incidentId }: Run): Promise<string | null> {
  const { servers, incidents } = services();
  const [incident, lock, server, autonomy] = await Promise.all([
    incidents.read(incidentId),
    servers.lock(serverId),
    servers.read(serverId),
    readAutonomy(),
  ]);
  if (lock?.runId !== runId || lock.fencingToken !== incident?.fencingToken)
    throw new Error(`the run ${runId} lost the server ${serverId}`);
  refuseUnreadable(autonomy);
  return reasonToStop({ ...autonomy, serverEnabled: server?.enabled === true });
}
