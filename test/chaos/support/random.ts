import { mulberry32 } from "../../support/random.ts";

/** Choices that follow from a seed, so that a run can be repeated. */
export function seededRandom(seed: number) {
  const next = mulberry32(seed);
  const upTo = (highest: number): number => Math.floor(next() * (highest + 1));
  return {
    /** A whole number from 0 to `highest`. */
    upTo,
    shuffled: <T>(items: readonly T[]): T[] =>
      items
        .map((item) => ({ item, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item),
  };
}
