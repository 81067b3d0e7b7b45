import { z } from "zod";
import { Id } from "../contracts/primitives.ts";
import { Server, ServerLock } from "../contracts/server.ts";
import { type Address, type Documents, UnreadableDocument } from "./documents.ts";
import { type Change, guardedChange } from "./guarded-change.ts";

const LockState = z.strictObject({
  serverId: Id,
  holder: ServerLock.nullable(),
  lastToken: z.number().int().nonnegative(),
});
type LockState = z.infer<typeof LockState>;
export type Servers = ReturnType<typeof serversOf>;
type LockOnly = Pick<LockState, "holder" | "lastToken">;

/** Registered servers; the lock of each is a document of its own. */
export function serversOf(documents: Documents) {
  const at = (serverId: string, id: string): Address => ({ container: "servers", id, partition: serverId });
  const everyOne = async (): Promise<{ servers: Server[]; unreadable: string[] }> => {
    const search = { container: "servers", sql: 'select * from c where c.id = "server"', parameters: [] } as const;
    const { found, unreadable } = await documents.search({ ...search, parameters: [] }, Server);
    const servers = found.map(({ value }) => value).toSorted((a, b) => (a.serverId < b.serverId ? -1 : 1));
    return { servers, unreadable };
  };

  return {
    read: async (serverId: string): Promise<Server | null> =>
      (await documents.read(at(serverId, "server"), Server))?.value ?? null,
    list: async (): Promise<Server[]> => (await everyOne()).servers,
    /** Those that can be read, and the names of the others. */
    listReadable: everyOne,
    /**
     * The registered server that an Azure resource id names, whatever its case. Rejects when it may be one that cannot be read: an alert
     * that is taken for a stranger's is lost.
     */
    byResourceId: async (resourceIds: readonly string[]): Promise<Server | null> => {
      const wanted = new Set(resourceIds.map((id) => id.toLowerCase()));
      const { servers, unreadable } = await everyOne();
      const named = servers.find((server) => wanted.has(server.resourceId.toLowerCase())) ?? null;
      if (named === null && unreadable.length > 0) throw new UnreadableDocument("servers", unreadable);
      return named;
    },
    /**
     * The registered servers that a choice falls on. Rejects when it falls on none and there are some that cannot be read, for the same
     * reason.
     */
    chosen: async (choose: (servers: readonly Server[]) => Server[]): Promise<Server[]> => {
      const { servers, unreadable } = await everyOne();
      const those = choose(servers);
      if (those.length === 0 && unreadable.length > 0) throw new UnreadableDocument("servers", unreadable);
      return those;
    },
    put: (server: Server) => documents.put(at(server.serverId, "server"), server),
    /** Registers a server, or changes its registration, under its ETag: what an admin changes at the same time stays changed. */
    register: (serverId: string, decide: (known: Server | null) => Server): Promise<Server> =>
      guardedChange(documents, at(serverId, "server"), Server, (known) => {
        const next = decide(known);
        return { next, answer: next };
      }),
    /** Changes a registration that is there, under its ETag: what an admin changes at the same time stays changed. */
    change: (serverId: string, decide: (server: Server) => Server): Promise<void> =>
      guardedChange(documents, at(serverId, "server"), Server, (stored) => ({
        next: stored === null ? null : decide(stored),
        answer: undefined,
      })),
    remove: (serverId: string) => documents.remove(at(serverId, "server")),

    lock: async (serverId: string): Promise<ServerLock | null> =>
      (await documents.read(at(serverId, "lock"), LockState))?.value.holder ?? null,
    /** Changes the lock under its ETag; `decide` may be asked again after a lost race, and its last answer counts. */
    changeLock: <Answer>(serverId: string, decide: (state: LockOnly) => Change<LockOnly, Answer>): Promise<Answer> =>
      guardedChange(documents, at(serverId, "lock"), LockState, (stored) => {
        const { next, answer } = decide(stored ?? { holder: null, lastToken: 0 });
        if (next === null) return { next: null, answer };
        return { next: { ...stored, serverId, holder: next.holder, lastToken: next.lastToken }, answer };
      }),
  };
}
