import { afterAll, beforeAll } from "vitest";
import { type Cosmos, COSMOS_KEY, startCosmos } from "../../infra/local/cosmos/server.ts";
import { temporaryFolder } from "./process.ts";

/** Gives the services of a test file documents of their own, and a broker that nobody answers for: messages wait in their outboxes. */
export function withDocuments(): void {
  const folder = temporaryFolder();
  let cosmos: Cosmos;
  beforeAll(async () => {
    cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
    const settings = { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY, ServiceBus: "Endpoint=sb://127.0.0.1:1" };
    Object.assign(process.env, settings);
  });
  afterAll(async () => {
    await cosmos.stop();
    folder.remove();
  });
}
