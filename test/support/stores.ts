// The two stores of the audit trail as processes of a test's own: Blob Storage and Cosmos DB, and PgMedic's services upon them.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { services } from "../../functions/services.ts";
import { blobConnectionString } from "../../infra/local/blob/access.ts";
import { COSMOS_KEY } from "../../infra/local/cosmos/server.ts";
import { type Service, startProcess, temporaryFolder } from "./process.ts";

type Part = "blob" | "cosmos";
export type Stores = Awaited<ReturnType<typeof startStores>>;

/** Starts both. The services of this very process are set to them, so one test file has one of these. */
export async function startStores() {
  const folder = temporaryFolder();
  const running = new Map<Part, Service>();
  const ports: Record<Part, number> = { blob: 0, cosmos: 0 };
  const start = async (part: Part): Promise<void> => {
    const name = `PGMEDIC_${part.toUpperCase()}`;
    const environment = { [`${name}_PORT`]: String(ports[part]), [`${name}_STATE`]: join(folder.path, part) };
    const service = await startProcess(`infra/local/${part}/main.ts`, environment);
    ports[part] = service.port; // the next start takes the same port
    running.set(part, service);
  };
  const end = async (part: Part, how: "kill" | "stop"): Promise<void> => {
    await running.get(part)?.[how]();
    running.delete(part);
  };
  await Promise.all([start("blob"), start("cosmos")]);
  const environment = {
    COSMOS_ENDPOINT: `http://127.0.0.1:${ports.cosmos}`,
    COSMOS_KEY,
    ARCHIVE_CONNECTION_STRING: blobConnectionString(ports.blob),
  };
  Object.assign(process.env, environment);
  const { archive } = services();
  if (archive === null) throw new Error("the services of this process were made before the stores");
  return {
    environment,
    archive,
    start,
    stop: (part: Part) => end(part, "stop"),
    kill: (part: Part) => end(part, "kill"),
    /** Only while it is down. */
    forget: (part: Part) => rmSync(join(folder.path, part), { recursive: true }),
    stopAll: async (): Promise<void> => {
      for (const part of ["blob", "cosmos"] as const) await end(part, "stop");
      folder.remove();
    },
  };
}

/** Appends entries to the live chain of an incident. */
export async function appendEntries(incidentId: string, ...keys: string[]): Promise<void> {
  for (const key of keys)
    await services().incidents.appendAudit({
      incidentId,
      at: new Date().toISOString(),
      what: "noted",
      detail: { key },
    });
}
