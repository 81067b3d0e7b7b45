// The daily roots: what makes it show when a whole archived chain is cut off, written anew or taken away.
import type { ChainHead, DailyRoot } from "../contracts/archive.ts";
import { CHAIN_START } from "./audit-chain.ts";
import { digest } from "./digest.ts";
import { DAY_MS, later } from "./time.ts";

/** About 160 bytes each must fit into one block. What is left over stands in the next root. */
const HEADS_A_ROOT = 20_000;

/** The last day that is over, in UTC. */
export const dayBefore = (now: Date): string => later(now, -DAY_MS).toISOString().slice(0, 10);

/** The newest head that the roots name of each incident. */
export const headsIn = (roots: readonly DailyRoot[]): Map<string, ChainHead> =>
  new Map(roots.flatMap(({ heads }) => heads.map((head) => [head.incidentId, head] as const)));

/** Makes the root that follows `previous` (null for the first). It lists the heads themselves, so that a fault has an incident's name. */
export function rootAfter(
  previous: DailyRoot | null,
  { day, at, heads }: Pick<DailyRoot, "day" | "at" | "heads">,
): DailyRoot {
  const chosen = heads.toSorted((a, b) => (a.incidentId < b.incidentId ? -1 : 1)).slice(0, HEADS_A_ROOT);
  const body = { day, at, heads: chosen, previousHash: previous?.hash ?? CHAIN_START };
  return { ...body, hash: digest(body) };
}
