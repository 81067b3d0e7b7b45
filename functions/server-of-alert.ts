import type { AlertTarget } from "../shared/contracts/received-alert.ts";
import type { Server } from "../shared/contracts/server.ts";
import { loadKeyOf } from "../shared/core/alert-reading.ts";
import { dependencyOf, serversCalled, serversNamedBy } from "../shared/core/alerted-server.ts";
import { services } from "./services.ts";

type Named = { server: Server; service?: string } | { server: null; because: string };

const NOBODYS = {
  resourceIds: "none of the alert's targets is a registered server",
  labels: "none of the alert's labels names a registered server",
  text: "nothing in the message names a registered server",
  server: "the server is not registered any more",
} as const;

const BY = { resourceIds: "targets name", labels: "labels name", server: "id names", text: "words name" } as const;

/** The server that an alert is about, or the one that the service depends on which it is about. */
export async function serverOf(target: AlertTarget): Promise<Named> {
  const named = await serversNamedIn(target);
  const [server, ...others] = named;
  if (server === undefined) return (await serverBehind(target)) ?? { server: null, because: NOBODYS[target.by] };
  if (others.length === 0) return { server };
  return { server: null, because: `the alert's ${BY[target.by]} more than one server: ${namesOf(named)}` };
}

async function serversNamedIn(target: AlertTarget): Promise<Server[]> {
  const { servers } = services();
  switch (target.by) {
    case "resourceIds": {
      const server = await servers.byResourceId(target.resourceIds);
      return server === null ? [] : [server];
    }
    case "server": {
      const server = await servers.read(target.serverId);
      return server === null ? [] : [server];
    }
    case "labels":
      return servers.chosen((all) => serversNamedBy(target.labels, all));
    case "text":
      return servers.chosen((all) => {
        const named = new Set([...serversNamedBy(target.labels, all), ...serversCalled(target.words, all)]);
        return [...named];
      });
  }
}

/** Of several servers that a service depends on, the one in trouble is meant. */
async function serverBehind(target: AlertTarget): Promise<Named | null> {
  const { servers, alerts } = services();
  const dependency = dependencyOf(target, await servers.list());
  if (dependency === null) return null;
  const { service } = dependency;
  const enabled = dependency.servers.filter((server) => server.enabled);
  const behind = enabled.length > 0 ? enabled : dependency.servers;
  const areInTrouble = await Promise.all(behind.map(({ serverId }) => alerts.hasOpen(loadKeyOf(serverId))));
  const inTrouble = behind.filter((_, place) => areInTrouble[place]);
  const [server, ...others] = inTrouble.length > 0 ? inTrouble : behind;
  if (server !== undefined && others.length === 0) return { server, service };
  return { server: null, because: `${service} depends on ${namesOf(behind)}, and nothing says which one it is about` };
}

const namesOf = (servers: readonly Server[]): string => servers.map(({ serverId }) => serverId).join(", ");
