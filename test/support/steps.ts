// The steps of a run in this very process, upon real documents.
import { type Services, services } from "../../functions/services.ts";
import { COSMOS_KEY, startCosmos } from "../../infra/local/cosmos/server.ts";
import type { Server } from "../../shared/contracts/server.ts";
import { NOW } from "./incidents.ts";
import { temporaryFolder } from "./process.ts";

/** Starts the documents. The services of this very process are set to them, so one test file has one of these. */
export async function startDocuments(): Promise<Services & { stopAll: () => Promise<void> }> {
  const folder = temporaryFolder();
  const cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  Object.assign(process.env, { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY });
  const stopAll = async (): Promise<void> => {
    await cosmos.stop();
    folder.remove();
  };
  return { ...services(), stopAll };
}

export const aServer = (wish: Partial<Server> = {}): Server => ({
  serverId: "shop",
  displayName: "shop",
  resourceId: "/shop",
  environment: "production",
  tier: "standard",
  enabled: true,
  vCores: 1,
  mayScale: false,
  schemas: ["public"],
  connection: { kind: "url", urlSetting: "SHOP_URL" },
  registeredAt: NOW.toISOString(),
  ...wish,
});
