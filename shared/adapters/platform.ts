import type { Configuration, ServerForPatch } from "@azure/arm-postgresql-flexible";
import { type Answer, failed, follow, refusalOf } from "./azure-operation.ts";
import { computeSize } from "../contracts/compute-sizes.ts";
import type { ServerResource } from "../contracts/server-resource.ts";
import { type FlexibleServers, type ServerName, serverNameOf } from "./flexible-servers.ts";

/** An activity may take four minutes in all; a change that takes longer goes on in Azure. */
const PATIENCE_MS = 180_000;
/** Azure's own suggestion where an answer names none. */
const POLL_MS = 10_000;
const PARAMETERS_RIGHT =
  'Microsoft.DBforPostgreSQL/flexibleServers/configurations/write, which the role "PostgreSQL server parameters" of infra/main.bicep gives';

const SCALE_RIGHT =
  'Microsoft.DBforPostgreSQL/flexibleServers/write, which the role "PostgreSQL server size" of infra/main.bicep gives';

export type Platform = ReturnType<typeof platformOf>;
export type ParameterChange = { resourceId: string; name: string; value: string };
type Size = { sku: string } | { storageGiB: number };
export type SizeChange = { resourceId: string } & Size;
type Pace = { patienceMs?: number; pollMs?: number };

const NO_ENDPOINT = failed("no endpoint of Azure Resource Manager is set: change it by hand");
const notThere = (resourceId: string): Answer => failed(`${resourceId} is no PostgreSQL Flexible Server of Azure`);

/** Azure Resource Manager, for what the managed service does not let SQL do. Without an endpoint it answers a failure. */
export function platformOf(
  azure: FlexibleServers | undefined,
  { patienceMs = PATIENCE_MS, pollMs = POLL_MS }: Pace = {},
) {
  return {
    /** The server as Azure has it; null without an endpoint, and for what is no Flexible Server. Rejects when it cannot be read. */
    readResource: async (resourceId: string): Promise<ServerResource | null> => {
      const server = serverNameOf(resourceId);
      return azure === undefined || server === null ? null : resourceOf(azure, server);
    },
    /**
     * Sets a server parameter, in the parameter's own unit, and waits for the end of the change. One that takes longer than the patience
     * is `running`. One that would need a restart is refused before anything is set. An outage rejects.
     */
    setServerParameter: async ({ resourceId, name, value }: ParameterChange): Promise<Answer> => {
      if (azure === undefined) return NO_ENDPOINT;
      const server = serverNameOf(resourceId);
      if (server === null) return notThere(resourceId);
      const { configurations } = await azure.client(server.subscriptionId);
      const read = (abortSignal?: AbortSignal): Promise<Configuration> =>
        configurations.get(server.resourceGroup, server.name, name, abortSignal === undefined ? {} : { abortSignal });
      const isThere = (known: Configuration): boolean => known.value === value && known.isConfigPendingRestart !== true;
      let before: Configuration;
      try {
        before = await read();
      } catch (error) {
        return refusalOf(error, PARAMETERS_RIGHT);
      }
      // Set by an attempt whose end nobody saw.
      if (isThere(before)) return { outcome: "done" };
      const objection = objectionTo(name, before);
      if (objection !== null) return failed(objection);
      return follow(
        (options) =>
          configurations.beginPut(server.resourceGroup, server.name, name, { value, source: "user-override" }, options),
        { patienceMs, pollMs, right: PARAMETERS_RIGHT, isThere: async (signal) => isThere(await read(signal)) },
      );
    },
    /** Gives the server another compute size, which restarts it, or more storage, and waits for the end as for a parameter. */
    changeSize: async ({ resourceId, ...size }: SizeChange): Promise<Answer> => {
      if (azure === undefined) return NO_ENDPOINT;
      const server = serverNameOf(resourceId);
      if (server === null) return notThere(resourceId);
      const { servers } = await azure.client(server.subscriptionId);
      const isThere = async (abortSignal: AbortSignal): Promise<boolean> => {
        const { state, sku, storage } = await servers.get(server.resourceGroup, server.name, { abortSignal });
        return (
          state === "Ready" && ("sku" in size ? sku?.name === size.sku : storage?.storageSizeGB === size.storageGiB)
        );
      };
      return follow((options) => servers.beginUpdate(server.resourceGroup, server.name, patchOf(size), options), {
        patienceMs,
        pollMs,
        right: SCALE_RIGHT,
        isThere,
      });
    },
  };
}

/** The tier goes with the size: the catalogue knows it. */
function patchOf(size: Size): ServerForPatch {
  if ("storageGiB" in size) return { storage: { storageSizeGB: size.storageGiB } };
  const known = computeSize(size.sku);
  if (known === null) throw new Error(`no compute size is called ${size.sku}`);
  return { sku: { name: known.name, tier: known.tier } };
}

async function resourceOf(azure: FlexibleServers, at: ServerName): Promise<ServerResource> {
  const { servers, replicas } = await azure.client(at.subscriptionId);
  const { state, sku, storage, highAvailability, replicationRole } = await servers.get(at.resourceGroup, at.name);
  let count = 0;
  for await (const _replica of replicas.listByServer(at.resourceGroup, at.name)) count += 1;
  return {
    state: state ?? "unknown",
    sku: sku?.name ?? "unknown",
    storageGiB: storage?.storageSizeGB ?? 0,
    // Azure leaves it empty for the first kind of disk that it had.
    storageType: storage?.type || "Premium_LRS",
    growsByItself: storage?.autoGrow === "Enabled",
    highAvailability: highAvailability?.mode ?? "Disabled",
    replicationRole: replicationRole ?? "None",
    replicas: count,
  };
}

/** Why a parameter cannot be changed while the server runs; null when it can. */
function objectionTo(name: string, known: Configuration): string | null {
  if (known.isReadOnly === true) return `Azure does not let anybody change ${name} on this server: it is read-only`;
  if (known.isDynamicConfig === false)
    return `${name} takes effect after a restart, which PgMedic does not cause: set it by hand in a maintenance window`;
  if (known.isConfigPendingRestart === true)
    return `an earlier change of ${name} waits for a restart of the server: restart it by hand first`;
  return null;
}
