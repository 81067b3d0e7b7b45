import { z } from "zod";
import { Snapshot } from "../contracts/snapshot.ts";
import type { Documents } from "./documents.ts";

/** Enough to look back an hour, over a pause of another hour. */
const KEPT_SECONDS = 2 * 3_600;
/** Azure drops what has had its time; where nobody does, the writer looks for it once in so many writes. */
const TIDY_EVERY = 60;
const END_OF_TIME = "9999";
const Moment = z.looseObject({ takenAt: Snapshot.shape.takenAt });
export type Snapshots = ReturnType<typeof snapshotsOf>;

/** Readings of each server's statistics, newest first; the oldest are dropped. */
export function snapshotsOf(documents: Documents) {
  const idOf = (takenAt: string): string => `snap-${takenAt.replaceAll(/[^0-9]/g, "")}`;
  const at = (serverId: string, id: string) =>
    ({ container: "baselines", id, partition: serverId, ttlSeconds: KEPT_SECONDS }) as const;
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
  /** The moments of readings, newest first, without the readings: they are hundreds of kilobytes each. */
  const moments = async (serverId: string, most: number, before: string): Promise<string[]> => {
    const { found } = await documents.search(
      {
        container: "baselines",
        sql:
          `select top ${most} c.serverId, c.takenAt from c where c.serverId = @partition and startswith(c.id, "snap-") ` +
          "and c.takenAt < @before order by c.takenAt desc",
        parameters: [{ name: "@before", value: before }],
        partition: serverId,
      },
      Moment,
    );
    return found.map(({ value }) => value.takenAt);
  };
  const written = new Map<string, number>();
  return {
    newest,
    lastTakenAt: async (serverId: string): Promise<string | null> =>
      (await moments(serverId, 1, END_OF_TIME))[0] ?? null,
    add: async (snapshot: Snapshot): Promise<void> => {
      const { serverId, takenAt } = snapshot;
      await documents.put(at(serverId, idOf(takenAt)), snapshot);
      const count = (written.get(serverId) ?? 0) + 1;
      written.set(serverId, count);
      if (count % TIDY_EVERY !== 1) return;
      const limit = new Date(Date.parse(takenAt) - KEPT_SECONDS * 1_000).toISOString();
      for (const old of await moments(serverId, 200, limit)) await documents.remove(at(serverId, idOf(old)));
    },
  };
}
