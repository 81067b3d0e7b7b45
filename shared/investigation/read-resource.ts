import type { Rejected } from "../contracts/diagnosis.ts";
import type { Server } from "../contracts/server.ts";
import type { ServerResource } from "../contracts/server-resource.ts";

type Source = { server: Server; readResource: () => Promise<ServerResource | null> };

/** The server as Azure has it, where PgMedic may change its size; what cannot be read is noted, and nothing is proposed from it. */
export async function readResource(source: Source, notSeen: Rejected[]): Promise<ServerResource | null> {
  if (!source.server.mayScale) return null;
  try {
    return await source.readResource();
  } catch (failure) {
    notSeen.push({ what: "size in Azure", because: failure instanceof Error ? failure.message : String(failure) });
    return null;
  }
}
