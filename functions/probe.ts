import type { ProbeMessage } from "../shared/contracts/messages.ts";
import { checkServer } from "../shared/investigation/check-server.ts";
import { watchedServers } from "./database.ts";
import { makeReport } from "./make-report.ts";
import { runDiagnostic } from "./run-diagnostic.ts";
import { services } from "./services.ts";

/** Answers what the api app may not look at itself. A server that was removed meanwhile gets no answer. */
export async function answerProbe({ requestId, serverId, what }: ProbeMessage): Promise<void> {
  const { servers, system, now } = services();
  const server = await servers.read(serverId);
  if (server === null) return;
  switch (what.kind) {
    case "diagnostic":
      return runDiagnostic(requestId, server, what);
    case "check":
      return system.answerProbe(requestId, await checkServer(watchedServers(), server, now()));
    case "report":
      return system.answerProbe(requestId, await makeReport(server));
  }
}
