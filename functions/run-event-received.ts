import { type CompletionMessage, RunEventsMessage, type SuspendedMessage } from "../shared/contracts/messages.ts";
import { extend, release } from "../shared/core/server-lock.ts";
import { keepUnreadable } from "./dead-letters.ts";
import { services } from "./services.ts";

/** Queue `run-events`: a run that suspended keeps the server until its proposal expires; one that completed gives it back. */
export async function runEventReceived(body: unknown): Promise<void> {
  const message = RunEventsMessage.safeParse(body);
  if (!message.success) return keepUnreadable("run-events", body, message.error);
  switch (message.data.type) {
    case "suspended":
      return suspended(message.data);
    case "completion":
      return completed(message.data);
  }
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
