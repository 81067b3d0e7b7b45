/** Groups by key, at most so many: when there are more, the lighter half goes into one sum. */
export type Groups<G> = {
  at: (key: number | string) => G;
  all: () => G[];
  /** How many groups were dropped, and what they weighed together. A group that comes back begins anew. */
  dropped: { groups: number; weight: number };
};

/**
 * Memory stays bounded however many different statements a log has. What is dropped weighs less than what stays, so a group among the
 * heaviest can only be missing if it became heavy after many others had been dropped.
 */
export function boundedGroups<G>(most: number, make: () => G, weightOf: (group: G) => number): Groups<G> {
  let groups = new Map<number | string, G>();
  const dropped = { groups: 0, weight: 0 };
  const dropLighterHalf = (): void => {
    const sorted = [...groups].toSorted(([, a], [, b]) => weightOf(b) - weightOf(a));
    const kept = sorted.slice(0, Math.floor(most / 2));
    for (const [, group] of sorted.slice(kept.length)) {
      dropped.groups += 1;
      dropped.weight += weightOf(group);
    }
    groups = new Map(kept);
  };
  return {
    at: (key) => {
      const known = groups.get(key);
      if (known !== undefined) return known;
      if (groups.size >= most) dropLighterHalf();
      const made = make();
      groups.set(key, made);
      return made;
    },
    all: () => [...groups.values()],
    dropped,
  };
}

/** How often names occur, for the few most frequent ones; beyond the limit only known ones are counted. */
export type Tally = Map<string, number>;

export function count(tally: Tally, name: string, most = 1_000): void {
  const known = tally.get(name);
  if (known !== undefined || tally.size < most) tally.set(name, (known ?? 0) + 1);
}

export const mostFrequent = (tally: Tally, most: number): string[] =>
  [...tally]
    .toSorted(([nameA, a], [nameB, b]) => b - a || nameA.localeCompare(nameB))
    .slice(0, most)
    .map(([name]) => name);
