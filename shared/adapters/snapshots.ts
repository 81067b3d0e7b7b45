import { Snapshot } from "../contracts/snapshot.ts";
import type { Documents } from "./documents.ts";

/** Enough to look back an hour at one a minute. */
const KEPT = 60;
export type Snapshots = ReturnType<typeof snapshotsOf>;

/** Readings of each server's statistics, newest first; the oldest are dropped. */
export function snapshotsOf(documents: Documents) {
  const idOf = (takenAt: string): string => `snap-${takenAt.replaceAll(/[^0-9]/g, "")}`;
  const at = (serverId: string, id: string) => ({ container: "baselines", id, partition: serverId }) as const;
  const newest = async (serverId: string, limit: number): Promise<Snapshot[]> => {
    const { found } = await documents.search(
      {
        container: "baselines",
        sql: `select top ${limit} * from c where c.serverId = @partition and startswith(c.id, "snap-") order by c.takenAt desc`,
        parameters: [],
        partition: serverId,
      },
      Snapshot,
    );
    return found.map(({ value }) => value);
  };
  return {
    newest,
    lastTakenAt: async (serverId: string): Promise<string | null> => (await newest(serverId, 1))[0]?.takenAt ?? null,
    add: async (snapshot: Snapshot): Promise<void> => {
      await documents.put(at(snapshot.serverId, idOf(snapshot.takenAt)), snapshot);
      const surplus = (await newest(snapshot.serverId, KEPT + 20)).slice(KEPT);
      for (const { serverId, takenAt } of surplus) await documents.remove(at(serverId, idOf(takenAt)));
    },
  };
}
