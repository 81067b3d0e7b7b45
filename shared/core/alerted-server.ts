import type { AlertTarget } from "../contracts/received-alert.ts";
import type { Server } from "../contracts/server.ts";

export type Labels = Readonly<Record<string, string>>;

/** Labels that hold a server's address or its id here. */
const ADDRESSES = ["server", "instance"] as const;
/** Azure's own host names, in all clouds: the server's name comes before. */
const AZURE_HOST = /^([a-z0-9-]+)\.postgres\.database\.(?:azure\.com|usgovcloudapi\.net|chinacloudapi\.cn)$/;
const AZURE_SERVER = /\/flexibleservers\/([^/]+)$/;

type Address = { host: string; port: number | null };

/**
 * The registered servers that an alert's labels name: by resource id, by server id, by the host of the connection, by Azure's host name, or by
 * the labels that the registration gives. Case does not count. Of servers on one host the port decides, if it is one of theirs.
 */
export function serversNamedBy(labels: Labels, servers: readonly Server[]): Server[] {
  const resource = labels["resource_id"]?.trim().toLowerCase().replace(/\/+$/, "");
  const addresses = ADDRESSES.flatMap((name) => addressIn(labels[name]) ?? []);
  const there = new Set(addresses.flatMap((address) => serversAt(address, servers)));
  const isNamed = (server: Server): boolean =>
    there.has(server) || server.resourceId.toLowerCase() === resource || hasLabels(server, labels);
  return servers.filter(isNamed);
}

/**
 * The registered servers that the words of a text name: by server id, display name, name in Azure, resource id or the host of the connection, as
 * a whole word in small letters. Of servers on one host the port decides, if it is one of theirs.
 */
export function serversCalled(words: readonly string[], servers: readonly Server[]): Server[] {
  const said = new Set(words);
  const there = new Set(
    words.flatMap((word) => addressIn(word) ?? []).flatMap((address) => serversAt(address, servers)),
  );
  return servers.filter((server) => {
    const { resourceId, displayName } = server;
    const names = [resourceId, displayName, AZURE_SERVER.exec(resourceId.toLowerCase())?.[1] ?? displayName];
    return there.has(server) || names.some((name) => said.has(name.toLowerCase()));
  });
}

/** Labels that name a service, the most telling first. */
const SERVICES = ["service", "app", "job"] as const;

/** What an alert says of the service that it is about: resource ids, or the labels that name one. */
function servicesIn(target: AlertTarget): string[] {
  switch (target.by) {
    case "resourceIds":
      return target.resourceIds;
    case "labels":
    case "text":
      return SERVICES.flatMap((name) => target.labels[name] ?? []);
    case "server":
      return [];
  }
}

/** A service as people call it: of a resource id, its last part. */
const calledShortly = (service: string): string => service.replace(/^\/.*\//, "");

export type Dependency = { service: string; servers: Server[] };

/** The service that an alert is about, with the registered servers that it depends on; null where no registration names it. */
export function dependencyOf(target: AlertTarget, servers: readonly Server[]): Dependency | null {
  for (const name of servicesIn(target)) {
    const wanted = name.trim().toLowerCase();
    const behind = servers.filter(({ dependents = [] }) => dependents.some((one) => one.toLowerCase() === wanted));
    if (behind.length > 0) return { service: calledShortly(name.trim()), servers: behind };
  }
  return null;
}

/** A registration without labels of its own is found by none. */
function hasLabels({ alertLabels }: Server, labels: Labels): boolean {
  const wanted = Object.entries(alertLabels ?? {});
  return (
    wanted.length > 0 &&
    wanted.every(([name, value]) => Object.hasOwn(labels, name) && labels[name]?.toLowerCase() === value.toLowerCase())
  );
}

function serversAt({ host, port }: Address, servers: readonly Server[]): Server[] {
  const there = servers.filter((server) => server.serverId.toLowerCase() === host || isAt(server, host));
  const exactly = there.filter(({ connection }) => connection.kind === "roles" && connection.port === port);
  return exactly.length > 0 ? exactly : there;
}

/** By the connection's host; an Azure server by its name too, since its connection may be an address in a network or a URL in a setting. */
function isAt({ connection, resourceId }: Server, host: string): boolean {
  if (connection.kind === "roles" && connection.host.toLowerCase() === host) return true;
  const name = AZURE_HOST.exec(host)?.[1];
  return name !== undefined && AZURE_SERVER.exec(resourceId.toLowerCase())?.[1] === name;
}

/** `host`, `host:port`, or a URL with one of them. */
function addressIn(label: string | undefined): Address | null {
  const parts = /^(?:[a-z]+:\/\/)?(\[[0-9a-f:]+\]|[^:/?#\s]+)(?::(\d{1,5}))?(?:[/?#].*)?$/.exec(
    label?.trim().toLowerCase() ?? "",
  );
  const [, host, port] = parts ?? [];
  if (host === undefined) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port: port === undefined ? null : Number(port) };
}
