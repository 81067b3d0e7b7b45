import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { type ResumeMessage, RunsMessage, type TriggerMessage } from "../shared/contracts/messages.ts";
import { decisionEvent } from "../shared/contracts/steps.ts";
import { answerProbe } from "./probe.ts";
import { keepUnreadable } from "./dead-letters.ts";
import { isDecided, isOver, visibleIncident } from "./visible-incident.ts";

/** Queue `runs`: starts runs, wakes waiting ones, answers probes. Messages come at least once; each is safe to repeat. */
export async function runRequested(body: unknown, context: InvocationContext): Promise<void> {
  const message = RunsMessage.safeParse(body);
  if (!message.success) return keepUnreadable("runs", body, message.error);
  switch (message.data.type) {
    case "trigger":
      return start(message.data, df.getClient(context));
    case "resume":
      return resume(message.data, df.getClient(context));
    case "probe":
      return answerProbe(message.data);
  }
}

type Starter = Pick<df.DurableClient, "getStatus" | "startNew">;

/**
 * Starts the run of an incident that is still `dispatched`. The incident is the gate: a fixed instance id alone is not, since a
 * completed instance would silently be replaced.
 */
export async function start({ incidentId, serverId, runId }: TriggerMessage, client: Starter): Promise<void> {
  const incident = await visibleIncident(incidentId);
  if (incident.state !== "dispatched" || incident.runId !== runId) return;
  if (await isAlive(client, runId)) return;
  await client.startNew("respondToAlert", { instanceId: runId, input: { incidentId, serverId, runId } });
}

/** Raises the decision's event, if the incident still says what the message says. */
export async function resume(message: ResumeMessage, client: Pick<df.DurableClient, "raiseEvent">): Promise<void> {
  const { incidentId, runId, decisionId, round } = message;
  const incident = await visibleIncident(incidentId, (seen) => isDecided(seen) || isOver(seen, message));
  if (incident.runId !== runId || incident.decision?.decisionId !== decisionId) return;
  if (incident.state !== "awaitingApproval") return;
  await client.raiseEvent(runId, decisionEvent(round), { decisionId, verdict: incident.decision.verdict });
}

const ALIVE = new Set<string>(["Pending", "Running", "Suspended", "ContinuedAsNew"]);

/** Whether an instance exists and has not ended. */
export async function isAlive(client: Pick<df.DurableClient, "getStatus">, instanceId: string): Promise<boolean> {
  try {
    const status = await client.getStatus(instanceId);
    return ALIVE.has(String(status?.runtimeStatus ?? ""));
  } catch (error) {
    // The client rejects for an id that it does not know.
    if (error instanceof Error && /404|not found/i.test(error.message)) return false;
    throw error;
  }
}
