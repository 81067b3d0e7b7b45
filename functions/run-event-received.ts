import type { InvocationContext } from "@azure/functions";
import { type CompletionMessage, RunEventsMessage, type SuspendedMessage } from "../shared/contracts/messages.ts";
import { extend, release } from "../shared/core/server-lock.ts";
import { keepUnreadable } from "./dead-letters.ts";
import { notice } from "./notify.ts";
import { services } from "./services.ts";

/**
 * Queue `run-events`: a run that suspended keeps the server until its proposal expires; one that completed gives it back. People are told
 * of both: what they are told is written before the message is done with, and the sweep tells what could not be told at once.
 */
export async function runEventReceived(body: unknown, context: Pick<InvocationContext, "warn">): Promise<void> {
  const message = RunEventsMessage.safeParse(body);
  if (!message.success) return keepUnreadable("run-events", body, message.error);
  switch (message.data.type) {
    case "suspended":
      await suspended(message.data);
      break;
    case "completion":
      await completed(message.data);
      break;
  }
  await notice(message.data.incidentId, context);
}

async function suspended({ serverId, runId, fencingToken, expiresAt }: SuspendedMessage): Promise<void> {
  if (fencingToken === null) return;
  await services().servers.changeLock(serverId, (state) => ({
    next: extend(state, { runId, token: fencingToken }, expiresAt),
    answer: null,
  }));
}

/** The run released the lock itself; a message that says so is the net for a run that was killed in between. */
async function completed({ serverId, runId, fencingToken }: CompletionMessage): Promise<void> {
  if (fencingToken === null) return;
  await services().servers.changeLock(serverId, (state) => ({
    next: release(state, runId, fencingToken),
    answer: null,
  }));
}
