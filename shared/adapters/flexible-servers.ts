import type { PostgreSQLManagementFlexibleServerClient } from "@azure/arm-postgresql-flexible";
import { clientOptionsFor, credentialFor, signedOnlyWithTls } from "./azure-client.ts";

const PATIENCE = { timeoutMs: 30_000, longestWaitMs: 30_000, retries: 3 } as const;

export type FlexibleServers = ReturnType<typeof flexibleServersOf>;
/** A server as Azure Resource Manager addresses it. */
export type ServerName = { subscriptionId: string; resourceGroup: string; name: string };

/** The parts of a PostgreSQL Flexible Server's resource id, as Azure's client lets them pass; null where it is none. */
export function serverNameOf(resourceId: string): ServerName | null {
  const parts =
    /^\/subscriptions\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\/resourceGroups\/([^/]{1,90})\/providers\/Microsoft\.DBforPostgreSQL\/flexibleServers\/([a-z\d](?:[a-z\d-]{1,61})[a-z\d])$/i;
  const [, subscriptionId, resourceGroup, name] = parts.exec(resourceId) ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) return null;
  return { subscriptionId, resourceGroup, name };
}

/** Azure's own client for PostgreSQL Flexible Servers, one for each subscription; loaded at its first use. */
export function flexibleServersOf(endpoint: string) {
  const clients = new Map<string, Promise<PostgreSQLManagementFlexibleServerClient>>();
  const client = (subscriptionId: string): Promise<PostgreSQLManagementFlexibleServerClient> => {
    const known = clients.get(subscriptionId) ?? clientFor(endpoint, subscriptionId);
    clients.set(subscriptionId, known);
    return known;
  };
  const regions = new Map<string, string>();
  return {
    client,
    /** A server's region as addresses have it, such as `westeurope`; asked for once. */
    regionOf: async (resourceId: string, abortSignal: AbortSignal): Promise<string> => {
      const known = regions.get(resourceId);
      if (known !== undefined) return known;
      const server = serverNameOf(resourceId);
      if (server === null) throw new Error(`${resourceId} is no PostgreSQL Flexible Server`);
      const { servers } = await client(server.subscriptionId);
      const { location } = await servers.get(server.resourceGroup, server.name, { abortSignal });
      // Resource Manager writes "West Europe" as often as "westeurope".
      const region = location.toLowerCase().replaceAll(" ", "");
      regions.set(resourceId, region);
      return region;
    },
  };
}

async function clientFor(endpoint: string, subscriptionId: string): Promise<PostgreSQLManagementFlexibleServerClient> {
  // The package takes a sixth of a second to load.
  const { PostgreSQLManagementFlexibleServerClient: Client } = await import("@azure/arm-postgresql-flexible");
  const address = endpoint.replace(/\/+$/, "");
  const client = new Client(await credentialFor(endpoint), subscriptionId, {
    ...clientOptionsFor(endpoint, PATIENCE),
    endpoint: address,
    $host: address,
    credentialScopes: `${address}/.default`,
  });
  return signedOnlyWithTls(endpoint, client);
}
