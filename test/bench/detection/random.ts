import { mulberry32 } from "../../support/random.ts";

/** Figures by chance that are the same for the same seed. */
export function randomOf(seed: number) {
  const next = mulberry32(seed);
  /** Standard normal (Box and Muller). */
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const between = (low: number, high: number): number => low + next() * (high - low);
  return {
    next,
    between,
    whole: (low: number, high: number): number => Math.floor(between(low, high + 1)),
    chance: (share: number): boolean => next() < share,
    normal,
    /** Poisson; by its normal limit where the mean is large. */
    poisson: (mean: number): number => {
      if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const limit = Math.exp(-mean);
      let count = 0;
      for (let product = next(); product > limit; product *= next()) count += 1;
      return count;
    },
  };
}
export type Random = ReturnType<typeof randomOf>;
