import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { acquire } from "../../shared/core/server-lock.ts";
import { later, MINUTE_MS } from "../../shared/core/time.ts";
import { services } from "../services.ts";

/** Long enough for the longest step; a run that waits for a person has it extended to the proposal's expiry. */
export const LEASE_MS = 30 * MINUTE_MS;

/** Takes the server for this run, or says which run has it. A run that already holds it keeps its fencing token. */
export async function acquireLock(run: Run): Promise<StepOutput<"acquireLock">> {
  const { servers, incidents, now } = services();
  const moment = now();
  const want = { runId: run.runId, incidentId: run.incidentId, leaseUntil: later(moment, LEASE_MS).toISOString() };
  const answer = await servers.changeLock(run.serverId, (state) => {
    const taken = acquire(state, want, moment);
    return { next: taken.acquired ? taken.state : null, answer: taken };
  });
  if (!answer.acquired) return { outcome: "held", heldBy: answer.heldBy };
  await incidents.change(run.incidentId, (incident) =>
    incident.fencingToken === answer.token ? null : { ...incident, fencingToken: answer.token },
  );
  return { outcome: "acquired", fencingToken: answer.token };
}

/** The last look at the fencing token before a statement goes out: a run that lost the server must not act. */
export async function assertToken({ serverId, runId, incidentId }: Run): Promise<void> {
  const { servers, incidents } = services();
  const lock = await servers.lock(serverId);
  const token = (await incidents.read(incidentId))?.fencingToken;
  if (lock?.runId !== runId || lock.fencingToken !== token)
    throw new Error(`the run ${runId} lost the server ${serverId}`);
}
