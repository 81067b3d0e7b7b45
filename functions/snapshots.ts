import type { InvocationContext } from "@azure/functions";
import type { Expiry } from "../shared/contracts/baseline.ts";
import type { Rejected } from "../shared/contracts/diagnosis.ts";
import type { Server } from "../shared/contracts/server.ts";
import type { Snapshot } from "../shared/contracts/snapshot.ts";
import { activity } from "../shared/catalogue/diagnostics/activity.ts";
import { failureText } from "../shared/core/log-text.ts";
import { type Gauges, readingOf } from "../shared/core/readings.ts";
import { later, MINUTE_MS } from "../shared/core/time.ts";
import { readExpiries } from "../shared/investigation/read-expiries.ts";
import { asking } from "../shared/investigation/read-server.ts";
import { one, readServerFacts, takeSnapshot } from "../shared/investigation/take-snapshot.ts";
import { watchedServers } from "./database.ts";
import { detect } from "./detect.ts";
import { services } from "./services.ts";

/** Azure Monitor's figures of a minute come up to three minutes later. */
const METRICS_WINDOW_MS = 5 * MINUTE_MS;

/** The last snapshot of each server, so that the one before need not be read again: it is hundreds of kilobytes. */
const last = new Map<string, Snapshot>();

type Log = Pick<InvocationContext, "warn">;

/**
 * Every minute: reads the counters of each enabled server, so that an alert can be compared with just before it, and holds the minute against
 * what is usual on the server.
 */
export async function takeSnapshots(_timer: unknown, context: Log): Promise<void> {
  const { servers } = services();
  const enabled = (await servers.list()).filter((server) => server.enabled);
  await Promise.all(enabled.map((server) => snapshotOf(server, context)));
}

async function snapshotOf(server: Server, context: Log): Promise<void> {
  try {
    const purpose = { server, applicationName: "pgmedic/snapshot" };
    const { snapshot, ...read } = await watchedServers().asInvestigator(purpose, async (session) => {
      const facts = await readServerFacts(session);
      const notSeen: Rejected[] = [];
      const expiries = server.detection ? await readExpiries(session, asking(session, notSeen)) : [];
      return {
        snapshot: await takeSnapshot(session, server, facts),
        connections: server.detection ? (await one(session.query(activity))).connections : null,
        maxConnections: facts.max_connections,
        // What could not be read has not been renewed.
        expiries: notSeen.length > 0 ? null : expiries,
      };
    });
    const earlier = last.get(server.serverId) ?? (await services().snapshots.newest(server.serverId, 1))[0] ?? null;
    await services().snapshots.add(snapshot);
    last.set(server.serverId, snapshot);
    if (server.detection) await detectFrom(server, { earlier, snapshot, ...read }, context);
  } catch (failure) {
    // One server that cannot be reached must not keep the others from being read.
    context.warn(`no snapshot of ${server.serverId}: ${failureText(failure)}`);
  }
}

type Read = { earlier: Snapshot | null; snapshot: Snapshot; expiries: readonly Expiry[] | null } & Pick<
  Gauges,
  "connections" | "maxConnections"
>;

async function detectFrom(
  server: Server,
  { earlier, snapshot, expiries, ...gauges }: Read,
  context: Log,
): Promise<void> {
  try {
    const reading = readingOf(earlier, snapshot, { ...gauges, ...(await machineOf(server)) });
    await detect(server, { reading, expiries }, context);
  } catch (failure) {
    context.warn(`what is usual on ${server.serverId} is not known: ${failureText(failure)}`);
  }
}

/** What only Azure Monitor can say: null where it does not. */
async function machineOf({ resourceId }: Server): Promise<Pick<Gauges, "cpu" | "memory" | "storage">> {
  const { metrics, now } = services();
  const to = now();
  const figures = await metrics.averages({
    resourceId,
    metrics: ["cpu_percent", "memory_percent", "storage_percent"],
    from: later(to, -METRICS_WINDOW_MS).toISOString(),
    to: to.toISOString(),
  });
  return {
    cpu: figures.get("cpu_percent") ?? null,
    memory: figures.get("memory_percent") ?? null,
    storage: figures.get("storage_percent") ?? null,
  };
}
