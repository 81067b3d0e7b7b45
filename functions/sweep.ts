import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { type Incident, isClosed } from "../shared/contracts/incident.ts";
import { Queue } from "../shared/contracts/messages.ts";
import { derivedId } from "../shared/core/digest.ts";
import { release } from "../shared/core/server-lock.ts";
import { MINUTE_MS, msBetween } from "../shared/core/time.ts";
import { resumeRun } from "./approval-received.ts";
import { isAlive } from "./run-requested.ts";
import { services } from "./services.ts";

/** What is younger than this may still be on its way. */
const GRACE_MS = MINUTE_MS;

/** Every minute: re-drives whatever a crash or an outage left behind. Each repair is safe to repeat. */
export async function sweep(_timer: unknown, context: InvocationContext): Promise<void> {
  const { incidents, now } = services();
  const client = df.getClient(context);
  for (const incident of await incidents.list({ unsettled: true })) {
    const isYoung = msBetween(incident.updatedAt, now().toISOString()) < GRACE_MS;
    if (isYoung && incident.outbox.length === 0) continue;
    try {
      await mend(incident, client);
    } catch (failure) {
      context.warn(
        `the sweep could not mend ${incident.incidentId}: ${failure instanceof Error ? failure.message : String(failure)}`,
      );
    }
  }
  await freeLocks();
  await keepBrokersDeadLetters();
}

/** What the broker gave up on after its delivery limit is kept where a person can see it. */
async function keepBrokersDeadLetters(): Promise<void> {
  const { messages, system, now } = services();
  for (const queue of Queue.options) {
    await messages.takeDeadLetters(queue, ({ messageId, reason, body }) =>
      system.keepDeadLetter(derivedId("dead", queue, messageId), { queue, reason, body, at: now().toISOString() }),
    );
  }
}

async function mend(incident: Incident, client: df.DurableClient): Promise<void> {
  const { outbox } = services();
  const { incidentId, state, decision, runId, serverId } = incident;
  if (incident.outbox.length > 0) await outbox.relay(incidentId);
  if (isClosed(state) && incident.resolution !== null) return;
  if (state === "awaitingApproval" && decision !== null) await resumeRun(incidentId, decision.decisionId);
  // The orchestration vanished, or never began: starting it again is safe, since each step answers what it did before.
  if (!(await isAlive(client, runId))) {
    await client.startNew("respondToAlert", { instanceId: runId, input: { incidentId, serverId, runId } });
  }
}

/** Frees servers whose run has ended. */
async function freeLocks(): Promise<void> {
  const { servers, incidents } = services();
  for (const { serverId } of await servers.list()) {
    const lock = await servers.lock(serverId);
    const incident = lock === null ? null : await incidents.read(lock.incidentId);
    if (lock === null || incident === null || !isClosed(incident.state) || incident.resolution === null) continue;
    await servers.changeLock(serverId, (state) => ({
      next: release(state, lock.runId, lock.fencingToken),
      answer: null,
    }));
  }
}
