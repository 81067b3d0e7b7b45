import type { Calibration, CalibrationBand, Memory } from "../contracts/memory.ts";
import { outcomeOf } from "./memory.ts";

/** The lower ends of the bands. Diagnoses with a cause are seldom below 0.7, so the bands are narrower above it. */
const BANDS = [0, 0.5, 0.7, 0.8, 0.9, 0.95] as const;

/**
 * Below so many judged outcomes no share is told: with ten its standard error is 0.09 for a true share of 0.9 and 0.16 at worst
 * (√(p(1−p)/n)).
 */
const FEWEST = 10;

/**
 * How well confidence agrees with outcomes: for each band how many diagnoses were confirmed by a verified improvement, of those whose
 * action was carried out and judged; and the Brier score, the mean of (confidence − outcome)² (G. W. Brier, Monthly Weather Review 78, 1950).
 */
export function calibrationOf(memories: readonly Memory[]): Calibration {
  const judged = memories.flatMap((memory): Case[] => {
    const outcome = outcomeOf(memory);
    const isJudged = outcome === "helped" || outcome === "failed" || outcome === "takenBack";
    return isJudged ? [{ confidence: memory.confidence, isConfirmed: outcome === "helped" }] : [];
  });
  const isEnough = judged.length >= FEWEST;
  return {
    remembered: memories.length,
    judged: judged.length,
    confirmed: confirmedOf(judged),
    brierScore: isEnough ? mean(judged.map((one) => (one.confidence - Number(one.isConfirmed)) ** 2)) : null,
    fewest: FEWEST,
    bands: BANDS.map((from, place) => bandOf(judged, from, BANDS[place + 1] ?? 1)),
  };
}

type Case = { confidence: number; isConfirmed: boolean };

/** A band ends before its upper end; the last one includes 1. */
function bandOf(judged: readonly Case[], from: number, to: number): CalibrationBand {
  const within = judged.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
  const confirmed = confirmedOf(within);
  return {
    from,
    to,
    judged: within.length,
    confirmed,
    meanConfidence: within.length === 0 ? null : mean(within.map(({ confidence }) => confidence)),
    share: within.length < FEWEST ? null : confirmed / within.length,
  };
}

const confirmedOf = (cases: readonly Case[]): number => cases.filter(({ isConfirmed }) => isConfirmed).length;

/** Sorted first: a sum of floating-point numbers depends on their order, and the answer must not. */
const mean = (values: readonly number[]): number => {
  const sum = values.toSorted((a, b) => a - b).reduce((total, value) => total + value, 0);
  return Math.min(1, sum / values.length);
};
