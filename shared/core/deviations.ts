import type { Baseline, Reading } from "../contracts/baseline.ts";
import { type DeviationKind, type DeviationRules, DEVIATIONS, offScale, onScale, SCALES } from "./baseline-rules.ts";
import { hourIndexOf, type Usual, usualIn, usualOnEachDay } from "./baselines.ts";
import { DAY_MS, HOUR_MS, later } from "./time.ts";

/** A reading is calm again below this share of what makes a hit: what wavers around the limit neither begins nor ends. */
const CALM_SHARE = 0.5;
const AT_TURN_OF_MONTH = 1.5;
/** An anomaly ends with so many calm readings in a row. */
export const ENDS_AFTER = 30;
/** Readings that are kept of each kind. */
export const KEPT_RECENT = 60;

/** h for a hit, c for calm, b for between, - for unknown. */
export type Mark = "h" | "c" | "b" | "-";

export type Deviation = {
  kind: DeviationKind;
  mark: Mark;
  value: number;
  usual: number;
  /** From where on a reading is a hit, in the metric's unit. */
  limit: number;
  /** Standard deviations from the mean: positive above it. */
  sigmas: number;
  /** On the scale, off the mean. */
  offset: number;
  level: Usual["level"];
};

/**
 * What a reading comes to against its baseline; null where it is unknown, or the baseline is still being learnt.
 * It must be far from what is usual in its hour and in the hour that is nearest to it: backups and offices do not keep to the full hour. A fall
 * must also be far below the same hour of every other day, or a holiday would be one.
 */
export function deviationOf(kind: DeviationKind, baseline: Baseline | undefined, reading: Reading): Deviation | null {
  const rules = DEVIATIONS[kind];
  const value = reading.values[rules.metric] ?? null;
  if (value === null || baseline === undefined || baseline.hours < rules.hoursNeeded) return null;
  const hour = hourIndexOf(reading.at);
  const own = usualIn(baseline, hour);
  if (own === null) return null;
  const isFirstHalf = Date.parse(reading.at) % HOUR_MS < HOUR_MS / 2;
  const neighbour = usualIn(baseline, isFirstHalf ? hour - 1 : hour + 1);
  const others = rules.direction === "falls" ? usualOnEachDay(baseline, hour) : [];
  const candidates = [own, ...(neighbour === null ? [] : [neighbour]), ...others];
  const scaled = onScale(rules.metric, value);
  const judged = candidates.map((usual) => {
    const limit = limitOf(rules, usual, reading.at);
    return { limit, mark: markOf(rules, value, { mean: offScale(rules.metric, usual.mean), limit }) };
  });
  const marks = judged.map(({ mark }) => mark);
  const mark = marks.every((one) => one === "h") ? "h" : marks.includes("c") ? "c" : "b";
  const sign = rules.direction === "rises" ? 1 : -1;
  // The sentence tells of the candidate that is nearest to the reading: by it the reading was judged.
  const limits = judged.map(({ limit }) => limit);
  return {
    kind,
    mark,
    value,
    usual: offScale(rules.metric, own.mean),
    limit: sign > 0 ? Math.max(...limits) : Math.min(...limits),
    sigmas: (scaled - own.mean) / own.sigma,
    offset: scaled - own.mean,
    level: own.level,
  };
}

/**
 * From where on a reading is a hit: the strictest of deviation, change, factor and least value. At the turn of a month a rise must be half as much
 * again: then books are closed and invoices run, which no hour of the week has seen often enough.
 */
export function limitOf(rules: DeviationRules, usual: Usual, at: string): number {
  const limit = usualLimit(rules, usual);
  const mean = offScale(rules.metric, usual.mean);
  return rules.direction === "rises" && isTurnOfMonth(at) ? mean + (limit - mean) * AT_TURN_OF_MONTH : limit;
}

/** The last day of a month, or the first one (UTC). */
function isTurnOfMonth(at: string): boolean {
  const moment = new Date(at);
  return moment.getUTCDate() === 1 || later(moment, DAY_MS).getUTCDate() === 1;
}

function usualLimit(rules: DeviationRules, usual: Usual): number {
  const { metric, sigmas, leastChange, leastFactor, leastValue } = rules;
  const mean = offScale(metric, usual.mean);
  if (rules.direction === "falls")
    return Math.min(offScale(metric, usual.mean - sigmas * usual.sigma), mean - leastChange, mean / leastFactor);
  const far = offScale(metric, usual.mean + sigmas * usual.sigma);
  const limit = Math.max(far, mean + leastChange, mean * leastFactor, leastValue);
  return rules.ceiling === undefined ? limit : Math.min(limit, Math.max(rules.ceiling, far, mean + leastChange / 2));
}

function markOf({ direction }: DeviationRules, value: number, { mean, limit }: { mean: number; limit: number }): Mark {
  const isHit = direction === "rises" ? value >= limit : value <= limit;
  if (isHit) return "h";
  const calm = mean + (limit - mean) * CALM_SHARE;
  return (direction === "rises" ? value <= calm : value >= calm) ? "c" : "b";
}

/** Whether the last readings begin an anomaly, or end one. A minute of which nothing is known speaks against the one, and not against the other. */
export function begins(kind: DeviationKind, recent: string): boolean {
  const { hits, of } = DEVIATIONS[kind].begins;
  return recent.endsWith("h") && recent.slice(-of).replaceAll(/[^h]/g, "").length >= hits;
}
export const isOver = (recent: string): boolean => recent.replaceAll("-", "").endsWith("c".repeat(ENDS_AFTER));

const DAYS = ["Sundays", "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays"] as const;

/** "latency 6.2 σ above Tuesdays 14:00: 41 ms, usually 6 ms". */
export function deviationText(
  { kind, value, usual, sigmas, level }: Omit<Deviation, "mark" | "limit" | "offset">,
  at: string,
): string {
  const { metric } = DEVIATIONS[kind];
  const { unit, words } = SCALES[metric];
  const moment = new Date(at);
  const hour = `${String(moment.getUTCHours()).padStart(2, "0")}:00`;
  const day = DAYS[moment.getUTCDay()] ?? "";
  const when = { hourOfWeek: `${day} ${hour}`, hourOfDay: `${hour} of all days`, whole: "all hours" }[level];
  const side = sigmas >= 0 ? "above" : "below";
  return `${words} ${Math.abs(sigmas).toFixed(1)} σ ${side} ${when} UTC: ${figure(value)} ${unit}, usually ${figure(usual)} ${unit}`;
}

/** Two or three digits that count. */
export const figure = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(2)));
