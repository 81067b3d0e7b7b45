import type { Run, StepOutput } from "../../shared/contracts/steps.ts";
import { acquire, extend } from "../../shared/core/server-lock.ts";
import { later, MINUTE_MS } from "../../shared/core/time.ts";
import { services } from "../services.ts";

/** Long enough for the longest step. A run that waits has it extended: to the proposal's expiry, or over the window of its verification. */
const LEASE_MS = 30 * MINUTE_MS;

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

/**
 * Keeps the server through a wait of the run: meanwhile nobody else may change what is being compared. A run that has lost the server
 * keeps nothing.
 */
export const keepServer = (run: Run, waitMs: number): Promise<void> =>
  keepServerUntil(run, later(services().now(), waitMs + LEASE_MS).toISOString());

/** The same up to an instant. */
export async function keepServerUntil({ serverId, runId, incidentId }: Run, until: string): Promise<void> {
  const { servers, incidents } = services();
  const token = (await incidents.read(incidentId))?.fencingToken ?? null;
  if (token === null) return;
  await servers.changeLock(serverId, (state) => ({ next: extend(state, { runId, token }, until), answer: null }));
}
