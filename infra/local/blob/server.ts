// Azure Blob Storage on this machine, for the real `@azure/storage-blob` client: Azurite's blob service, with the container of the archive.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { BlobServiceClient } from "@azure/storage-blob";
import { blobConnectionString, BLOB_HOST } from "./access.ts";
import { explainListenError, type Running } from "../process-entry.ts";

type AzuriteServer = { start: () => Promise<void>; close: () => Promise<void>; getHttpServerAddress: () => string };
type Environment = Record<string, () => unknown>;
type Factory = new () => { createServer: (environment: Environment) => Promise<AzuriteServer> };

// Azurite publishes programs and no types; this is the class that its own program starts, hence `as`.
const { BlobServerFactory } = createRequire(import.meta.url)("azurite/dist/src/blob/BlobServerFactory.js") as {
  BlobServerFactory: Factory;
};

const CONTAINER = "audit";
/** Starts the storage with what it has kept, and creates the container when missing. A kill loses up to five seconds of appends. */
export async function startBlobStorage({ port, stateFolder }: { port: number; stateFolder: string }): Promise<Running> {
  mkdirSync(stateFolder, { recursive: true });
  const server = await new BlobServerFactory().createServer(environmentOf(port, stateFolder));
  await server.start().catch((error: unknown) => {
    throw explainListenError(error, { port, setting: "PGMEDIC_BLOB_PORT" });
  });
  const settled = Number(new URL(server.getHttpServerAddress()).port);
  const service = BlobServiceClient.fromConnectionString(blobConnectionString(settled));
  await service.getContainerClient(CONTAINER).createIfNotExists();
  return { port: settled, stop: () => server.close() };
}

/** Azurite's flags: silent, without telemetry or checks of the API's version, as these functions of its environment. */
function environmentOf(port: number, stateFolder: string): Environment {
  const off = () => false;
  const nothing = () => undefined;
  return {
    blobHost: () => BLOB_HOST,
    blobPort: () => port,
    blobKeepAliveTimeout: () => 5,
    location: () => Promise.resolve(stateFolder),
    silent: () => true,
    loose: off,
    skipApiVersionCheck: () => true,
    disableProductStyleUrl: () => true,
    disableTelemetry: () => true,
    inMemoryPersistence: off,
    extentMemoryLimit: nothing,
    debug: () => Promise.resolve(undefined),
    cert: nothing,
    key: nothing,
    pwd: nothing,
    oauth: nothing,
  };
}
