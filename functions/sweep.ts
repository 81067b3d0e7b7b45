import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { type Incident, isClosed } from "../shared/contracts/incident.ts";
import { Queue } from "../shared/contracts/messages.ts";
import { decisionEvent } from "../shared/contracts/steps.ts";
import { derivedId } from "../shared/core/digest.ts";
import { failureText } from "../shared/core/log-text.ts";
import { release } from "../shared/core/server-lock.ts";
import { MINUTE_MS, msBetween } from "../shared/core/time.ts";
import { archiveAudit } from "./archive-audit.ts";
import { isAlive } from "./run-requested.ts";
import { services } from "./services.ts";
import { deadLetterKept } from "./telemetry.ts";
import { receiveUndelivered } from "./undelivered-alerts.ts";

/** The alert rule "sweep" of infra/modules/own-alerts.bicep pages when no line begins with this. */
export const SWEPT = "pgmedic.sweep";

/** What is younger than this may still be on its way. */
const GRACE_MS = MINUTE_MS;

/** Every minute: re-drives whatever a crash or an outage left behind. Each repair is safe to repeat. */
export async function sweep(_timer: unknown, context: InvocationContext): Promise<void> {
  const { incidents, now } = services();
  const client = df.getClient(context);
  // One repair that fails must not keep the others from being made; what could not be read at all fails the sweep.
  const attempt = async (what: string, repair: () => Promise<void>): Promise<void> => {
    try {
      await repair();
    } catch (failure) {
      context.warn(`the sweep could not ${what}: ${failureText(failure)}`);
    }
  };
  const { incidents: unsettled, unreadable } = await incidents.listReadable({ unsettled: true });
  if (unreadable.length > 0)
    context.warn(`the sweep leaves alone what this version cannot read: ${unreadable.join(", ")}`);
  for (const incident of unsettled) {
    const isYoung = msBetween(incident.updatedAt, now().toISOString()) < GRACE_MS;
    if (isYoung && incident.outbox.length === 0) continue;
    await attempt(`mend ${incident.incidentId}`, () => mend(incident, client));
  }
  await attempt("free locks", () => freeLocks(client));
  await attempt("keep dead letters", keepBrokersDeadLetters);
  await attempt("look for undelivered alerts", () => receiveUndelivered(context));
  context.log(`${SWEPT}: done`);
  // Last, since it may wait for a store that is away: nothing else needs the archive.
  await attempt("archive the audit", () => archiveAudit(context));
}

/** What the broker gave up on after its delivery limit is kept where a person can see it. */
async function keepBrokersDeadLetters(): Promise<void> {
  const { messages, system, now } = services();
  for (const queue of Queue.options) {
    await messages.takeDeadLetters(queue, async ({ messageId, reason, body }) => {
      await system.keepDeadLetter(derivedId("dead", queue, messageId), {
        queue,
        reason,
        body,
        at: now().toISOString(),
      });
      deadLetterKept(queue);
    });
  }
}

async function mend(incident: Incident, client: df.DurableClient): Promise<void> {
  const { outbox } = services();
  const { incidentId, state, proposal, decision, runId, serverId } = incident;
  if (incident.outbox.length > 0) await outbox.relay(incidentId);
  if (isClosed(state) && incident.resolution !== null) return;
  // The orchestration vanished, or never began: starting it again is safe, since each step answers what it did before.
  if (!(await isAlive(client, runId))) {
    await client.startNew("respondToAlert", { instanceId: runId, input: { incidentId, serverId, runId } });
  }
  if (state === "awaitingApproval" && proposal !== null && decision !== null) {
    // Straight to the run: the broker would drop a second `resume` as a duplicate of one that it gave up on.
    const { decisionId, verdict } = decision;
    await client.raiseEvent(runId, decisionEvent(proposal.round), { decisionId, verdict });
  }
}

/** Frees servers whose run has ended. One that still runs may be undoing what it did, long after its incident was closed. */
async function freeLocks(client: df.DurableClient): Promise<void> {
  const { servers, incidents } = services();
  for (const { serverId } of await servers.list()) {
    const lock = await servers.lock(serverId);
    const incident = lock === null ? null : await incidents.read(lock.incidentId);
    if (lock === null || incident === null || !isClosed(incident.state) || incident.resolution === null) continue;
    if (await isAlive(client, lock.runId)) continue;
    await servers.changeLock(serverId, (state) => ({
      next: release(state, lock.runId, lock.fencingToken),
      answer: null,
    }));
  }
}
