import { Memory } from "../contracts/memory.ts";
import type { Address, Documents } from "./documents.ts";
import { guardedChange } from "./guarded-change.ts";

/** What an investigation compares itself with: years of one server's incidents. */
const MOST_OF_A_SERVER = 500;
/** Enough for a share to be exact to a percent (the standard error of a share of 0.5 is 1.1 % at 2,000). */
const MOST_OF_ALL = 2_000;
export type Memories = ReturnType<typeof memoriesOf>;

/** What is remembered of runs that are over: one document a run, with its server. */
export function memoriesOf(documents: Documents) {
  const at = ({ serverId, runId }: Memory): Address => ({
    container: "memory",
    id: `memory-${runId}`,
    partition: serverId,
  });
  return {
    /** Remembers a run, once: an older copy of the same run never replaces a newer one. */
    keep: (memory: Memory): Promise<void> =>
      guardedChange(documents, at(memory), Memory, (stored) => {
        const isKnown = stored !== null && stored.asOf >= memory.asOf;
        return { next: isKnown ? null : { ...stored, ...memory }, answer: undefined };
      }),
    /** The newest of one server, newest first. What this version cannot read is passed over: memory is never needed. */
    ofServer: async (serverId: string): Promise<Memory[]> => {
      const { found } = await documents.search(
        {
          container: "memory",
          sql: `select top ${MOST_OF_A_SERVER} * from c where c.serverId = @partition order by c.endedAt desc`,
          parameters: [],
          partition: serverId,
        },
        Memory,
      );
      return found.map(({ value }) => value);
    },
    /** The newest of all servers, newest first. */
    all: async (): Promise<Memory[]> => {
      const { found } = await documents.search(
        { container: "memory", sql: `select top ${MOST_OF_ALL} * from c order by c.endedAt desc`, parameters: [] },
        Memory,
      );
      return found.map(({ value }) => value);
    },
  };
}
