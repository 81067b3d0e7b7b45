import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { type Incident, isClosed } from "../shared/contracts/incident.ts";
import type { Server } from "../shared/contracts/server.ts";
import { Queue } from "../shared/contracts/messages.ts";
import { decisionEvent } from "../shared/contracts/steps.ts";
import { derivedId } from "../shared/core/digest.ts";
import { failureText } from "../shared/core/log-text.ts";
import { release } from "../shared/core/server-lock.ts";
import { MINUTE_MS, msBetween } from "../shared/core/time.ts";
import { archiveAudit } from "./archive-audit.ts";
import { inRotation, inTime, oneAtATime, type Pass, rememberedUpTo } from "./in-time.ts";
import { remember } from "./remember.ts";
import { noticeWaiting, tellAll } from "./notify.ts";
import { isAlive } from "./run-requested.ts";
import { services } from "./services.ts";
import { deadLetterKept } from "./telemetry.ts";
import { receiveUndelivered } from "./undelivered-alerts.ts";

/** The alert rule "sweep" of infra/modules/own-alerts.bicep pages when no line begins with this. */
export const SWEPT = "pgmedic.sweep";

/** What is younger than this may still be on its way. */
const GRACE_MS = MINUTE_MS;

/** Incidents from before runs were remembered are made up for little by little. */
const REMEMBERED_AT_ONCE = 10;
/** Once none of them is left, none comes again: the search looks into every incident. */
let isMadeUpFor = false;

/** What a sweep needs of Durable Functions. */
type Runs = Pick<df.DurableClient, "getStatus" | "startNew" | "raiseEvent">;
type Log = Pick<InvocationContext, "log" | "warn" | "error">;
/** Each stage has this long. All of them end within host.json's functionTimeout, at which the host ends the whole worker. */
export const STAGE: Pass = { limitMs: MINUTE_MS, atOnce: 4 };
/** At most: reading incidents and servers, mending, freeing locks, dead letters, undelivered alerts, and the archive beside telling people. */
export const STAGES = 7;

/** The decisions whose event this process has raised, the oldest first: each raise stays in the run's history for good. */
const raised = rememberedUpTo(10_000);

const throughIncidents = inRotation();
const throughLocks = inRotation();
/** The root of a day may take longer than a stage. */
const oneArchivePass = oneAtATime();

/** Every minute: re-drives whatever a crash or an outage left behind. Each repair is safe to repeat. */
export const sweep = (_timer: unknown, context: InvocationContext): Promise<void> =>
  sweepOnce(df.getClient(context), context);

/** One sweep. What does not end, since whoever is asked says nothing, is left to the next one, which goes on behind it. */
export async function sweepOnce(client: Runs, context: Log, stage: Pass = STAGE): Promise<void> {
  const { servers } = services();
  const { limitMs } = stage;
  // One repair that fails must not keep the others from being made; what could not be read at all fails the sweep.
  const attempt = async (what: string, withinMs: number, repair: () => Promise<void>): Promise<boolean> => {
    try {
      await inTime(withinMs, repair);
      return true;
    } catch (failure) {
      context.warn(`the sweep could not ${what}: ${failureText(failure)}`);
      return false;
    }
  };
  let unsettled: Incident[] = [];
  let watched: Server[] = [];
  const areRead = await attempt("read what is unsettled", limitMs, async () => {
    unsettled = await unsettledIncidents(context);
  });
  const mendOne = async (incident: Incident, leftMs: number): Promise<void> =>
    void (await attempt(`mend ${incident.incidentId}`, leftMs, () => mend(incident, client)));
  await throughIncidents(unsettled, ({ incidentId }) => incidentId, stage, mendOne);
  const areKnown = await attempt("read the servers", limitMs, async () => {
    watched = await servers.list();
  });
  const freeOne = async ({ serverId }: Server, leftMs: number): Promise<void> =>
    void (await attempt(`free the lock of ${serverId}`, leftMs, () => freeLock(serverId, client)));
  await throughLocks(watched, ({ serverId }) => serverId, stage, freeOne);
  await attempt("keep dead letters", limitMs, keepBrokersDeadLetters);
  await receiveUndelivered(watched, context, stage);
  if (areRead && areKnown) context.log(`${SWEPT}: done`);
  const tellPeople = async (): Promise<void> => {
    await noticeWaiting(unsettled);
    await tellAll(context);
  };
  // Last, and beside each other, since both may wait for what is away: nothing else needs them.
  await Promise.all([
    attempt("tell people", limitMs, tellPeople),
    attempt("archive the audit", limitMs, () => oneArchivePass(() => archiveAudit(context))),
  ]);
  if (!areRead || !areKnown) throw new Error("the sweep could not read what there is to mend");
}

/** What a run or the outbox still has to finish, and is not just being finished. */
async function unsettledIncidents(context: Log): Promise<Incident[]> {
  const { incidents, now } = services();
  const [{ incidents: unsettled, unreadable }, neverRemembered] = await Promise.all([
    incidents.listReadable({ unsettled: true }),
    isMadeUpFor ? [] : incidents.neverRemembered(REMEMBERED_AT_ONCE),
  ]);
  isMadeUpFor = neverRemembered.length === 0;
  if (unreadable.length > 0)
    context.warn(`the sweep leaves alone what this version cannot read: ${unreadable.join(", ")}`);
  const isYoung = ({ updatedAt }: Incident): boolean => msBetween(updatedAt, now().toISOString()) < GRACE_MS;
  const due = unsettled.filter((incident) => !isYoung(incident) || incident.outbox.length > 0);
  return [...due, ...neverRemembered];
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

async function mend(incident: Incident, client: Runs): Promise<void> {
  const { outbox } = services();
  const { incidentId, state, proposal, decision, runId, serverId } = incident;
  if (incident.outbox.length > 0) await outbox.relay(incidentId);
  if (incident.memoryDue) await remember(incident);
  if (isClosed(state) && incident.resolution !== null) return;
  // The orchestration vanished, or never began: starting it again is safe, since each step answers what it did before.
  const isThere = await isAlive(client, runId);
  if (!isThere) {
    await client.startNew("respondToAlert", { instanceId: runId, input: { incidentId, serverId, runId } });
  }
  if (state === "awaitingApproval" && proposal !== null && decision !== null) {
    // Straight to the run: the broker would drop a second `resume` as a duplicate of one that it gave up on.
    const { decisionId, verdict } = decision;
    const key = `${runId}/${decisionId}`;
    if (isThere && raised.has(key)) return;
    await client.raiseEvent(runId, decisionEvent(proposal.round), { decisionId, verdict });
    raised.add(key);
  }
}

/** Frees a server whose run has ended. One that still runs may be undoing what it did, long after its incident was closed. */
async function freeLock(serverId: string, client: Runs): Promise<void> {
  const { servers, incidents } = services();
  const lock = await servers.lock(serverId);
  const incident = lock === null ? null : await incidents.read(lock.incidentId);
  if (lock === null || incident === null || !isClosed(incident.state) || incident.resolution === null) return;
  if (await isAlive(client, lock.runId)) return;
  await servers.changeLock(serverId, (state) => ({
    next: release(state, lock.runId, lock.fencingToken),
    answer: null,
  }));
}
