import { z } from "zod";
import { Id } from "../contracts/primitives.ts";
import { Server, ServerLock } from "../contracts/server.ts";
import type { Address, Documents, Stored } from "./documents.ts";

const LockState = z.strictObject({
  serverId: Id,
  holder: ServerLock.nullable(),
  lastToken: z.number().int().nonnegative(),
});
type LockState = z.infer<typeof LockState>;
const MAXIMUM_TRIES = 20;
export type Servers = ReturnType<typeof serversOf>;
export type LockChange<Answer> = { next: Pick<LockState, "holder" | "lastToken"> | null; answer: Answer };

/** Registered servers; the lock of each is a document of its own. */
export function serversOf(documents: Documents) {
  const at = (serverId: string, id: string): Address => ({ container: "servers", id, partition: serverId });
  const readLock = async (serverId: string): Promise<Stored<LockState> | null> =>
    documents.read(at(serverId, "lock"), LockState);
  const everyOne = async (): Promise<Server[]> => {
    const search = { container: "servers", sql: 'select * from c where c.id = "server"', parameters: [] } as const;
    const found = await documents.search({ ...search, parameters: [] }, Server);
    return found.map(({ value }) => value).toSorted((a, b) => (a.serverId < b.serverId ? -1 : 1));
  };

  return {
    read: async (serverId: string): Promise<Server | null> =>
      (await documents.read(at(serverId, "server"), Server))?.value ?? null,
    list: everyOne,
    /** The registered server that an Azure resource id names, whatever its case. */
    byResourceId: async (resourceIds: readonly string[]): Promise<Server | null> => {
      const wanted = new Set(resourceIds.map((id) => id.toLowerCase()));
      return (await everyOne()).find((server) => wanted.has(server.resourceId.toLowerCase())) ?? null;
    },
    put: (server: Server) => documents.put(at(server.serverId, "server"), server),
    remove: (serverId: string) => documents.remove(at(serverId, "server")),

    lock: async (serverId: string): Promise<ServerLock | null> => (await readLock(serverId))?.value.holder ?? null,
    /** Changes the lock under its ETag; `decide` may be asked again after a lost race, and its last answer counts. */
    changeLock: async <Answer>(
      serverId: string,
      decide: (state: Pick<LockState, "holder" | "lastToken">) => LockChange<Answer>,
    ): Promise<Answer> => {
      for (let attempt = 1; attempt <= MAXIMUM_TRIES; attempt += 1) {
        const stored = await readLock(serverId);
        const { next, answer } = decide(stored?.value ?? { holder: null, lastToken: 0 });
        if (next === null) return answer;
        const document = { serverId, holder: next.holder, lastToken: next.lastToken };
        const isWritten =
          stored === null
            ? (await documents.create(at(serverId, "lock"), document)) === "created"
            : (await documents.replace(at(serverId, "lock"), document, stored.etag)) === "replaced";
        if (isWritten) return answer;
      }
      throw new Error(`the lock of ${serverId} changed ${MAXIMUM_TRIES} times while it was being changed`);
    },
  };
}
