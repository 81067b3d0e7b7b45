import type { InvocationContext } from "@azure/functions";
import type { Server } from "../shared/contracts/server.ts";
import { failureText } from "../shared/core/log-text.ts";
import { readServerFacts, takeSnapshot } from "../shared/investigation/take-snapshot.ts";
import { watchedServers } from "./database.ts";
import { services } from "./services.ts";

/** Every minute: reads the counters of each enabled server, so that an alert can be compared with just before it. */
export async function takeSnapshots(_timer: unknown, context: InvocationContext): Promise<void> {
  const { servers } = services();
  const enabled = (await servers.list()).filter((server) => server.enabled);
  await Promise.all(enabled.map((server) => snapshotOf(server, context)));
}

async function snapshotOf(server: Server, context: InvocationContext): Promise<void> {
  try {
    const purpose = { server, applicationName: "pgmedic/snapshot" };
    const snapshot = await watchedServers().asInvestigator(purpose, async (session) =>
      takeSnapshot(session, server, await readServerFacts(session)),
    );
    await services().snapshots.add(snapshot);
  } catch (failure) {
    // One server that cannot be reached must not keep the others from being read.
    context.warn(`no snapshot of ${server.serverId}: ${failureText(failure)}`);
  }
}
