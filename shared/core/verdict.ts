import type { VerificationVerdict, WindowFigures } from "../contracts/outcome.ts";
import { T_CRITICAL, welchT } from "./statistics.ts";

/** Fewer calls than this in a window prove nothing. */
export const MINIMUM_CALLS = 30;
/** Improvement that counts, regression that counts, and the gain below which nothing was gained; shares of the figure before. */
const IMPROVED_BY = 0.2;
const REGRESSED_BY = 0.1;
const GAINED_NOTHING_BELOW = 0.1;
/** A slowdown of less than this many milliseconds a call is noise whatever its share. */
const REGRESSION_FLOOR_MS = 1;

export type Judgement = { verdict: VerificationVerdict; because: string };
export type Observation = {
  before: WindowFigures;
  after: WindowFigures;
  /** Scans of the index that was made; null where the action made none. */
  indexScans: number | null;
  figure: "blocksPerCall" | "tempBlocksPerCall" | "meanMs";
};

/**
 * Judges an action by the statements it is meant to help. Blocks per call is the main figure where it can be, since it does not vary
 * with load; mean time must agree, by Welch's t at α = 0.01.
 */
export function judge(observation: Observation): Judgement {
  const { before, after, indexScans, figure } = observation;
  if (before.calls < MINIMUM_CALLS || after.calls < MINIMUM_CALLS) {
    const side = before.calls < MINIMUM_CALLS ? `before: ${before.calls}` : `after: ${after.calls}`;
    return { verdict: "inconclusive", because: `fewer than ${MINIMUM_CALLS} calls (${side})` };
  }
  // What is never used cannot have made anything slower either.
  if (indexScans === 0) return { verdict: "no_effect", because: `${after.calls} calls and not one scan of the index` };
  const t = welchT(asMoments(before), asMoments(after));
  const blocksSaved = savedShare(before[figure], after[figure]);
  const timeSaved = savedShare(before.meanMs, after.meanMs);
  const isSlower = -timeSaved >= REGRESSED_BY && after.meanMs - before.meanMs >= REGRESSION_FLOOR_MS && t < -T_CRITICAL;
  if (isSlower) return { verdict: "regressed", because: `mean time rose by ${percent(-timeSaved)}` };
  return judgeSavings({ figure, figureSaved: blocksSaved, timeSaved, isSignificant: t > T_CRITICAL });
}

type Savings = { figure: Observation["figure"]; figureSaved: number; timeSaved: number; isSignificant: boolean };
const FEWER = {
  blocksPerCall: "fewer blocks a call, ",
  tempBlocksPerCall: "fewer temporary blocks a call, ",
} as const;

function judgeSavings({ figure, figureSaved, timeSaved, isSignificant }: Savings): Judgement {
  const main = figure === "meanMs" ? "" : `${percent(figureSaved)} ${FEWER[figure]}`;
  const figures = `${main}${percent(timeSaved)} less time`;
  if (figureSaved >= IMPROVED_BY && timeSaved >= IMPROVED_BY && isSignificant) {
    return { verdict: "improved", because: figures };
  }
  if (figureSaved < GAINED_NOTHING_BELOW && timeSaved < GAINED_NOTHING_BELOW) {
    return { verdict: "no_effect", because: `no gain to speak of: ${figures}` };
  }
  return { verdict: "inconclusive", because: `no clear proof: ${figures}` };
}

type MeasureObservation = {
  name: string;
  before: number;
  after: number;
  goal: number;
  direction: "falls" | "rises";
};
/** This much of the way from the figure before to the goal is an improvement; a move the other way by as much is a regression. */
const WAY_THAT_COUNTS = 0.5;

/** Judges an action by one measure: whether it reached its goal, or came a good part of the way. */
export function judgeMeasure({ name, before, after, goal, direction }: MeasureObservation): Judgement {
  const figures = `${name} ${round(before)} → ${round(after)}, the goal is ${round(goal)}`;
  const isThere = direction === "falls" ? after <= goal : after >= goal;
  const whole = Math.abs(before - goal);
  const gone = (direction === "falls" ? before - after : after - before) / Math.max(whole, Number.EPSILON);
  if (isThere || gone >= WAY_THAT_COUNTS) return { verdict: "improved", because: figures };
  return gone <= -WAY_THAT_COUNTS
    ? { verdict: "regressed", because: figures }
    : { verdict: "inconclusive", because: `not there yet: ${figures}` };
}

const round = (figure: number): number => Math.round(figure * 100) / 100;
const asMoments = (figures: WindowFigures) => ({
  calls: figures.calls,
  mean: figures.meanMs,
  stddev: figures.stddevMs,
});
const savedShare = (before: number, after: number): number => (before > 0 ? (before - after) / before : 0);
// 99.97 % is not 100 %: what is nearly everything keeps a decimal.
const percent = (share: number): string => {
  const isNearlyAll = share > 0.99 && share < 1;
  return `${isNearlyAll ? Math.floor(share * 1000) / 10 : Math.round(share * 100)} %`;
};
