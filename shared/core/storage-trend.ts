import type { Baseline, Detection } from "../contracts/baseline.ts";

/** A hundred percent is too late: at 95 % Azure's flexible server goes read-only, and at 85 % PgMedic's own alert rule speaks. */
const LAST_WEEK = { limit: 85, days: 7, hours: 168, hoursNeeded: 72, leastRise: 2 } as const;
const LAST_DAY = { limit: 85, days: 7, hours: 24, hoursNeeded: 18, leastRise: 2 } as const;
const LAST_HOURS = { limit: 95, days: 1, hours: 6, hoursNeeded: 6, leastRise: 3 } as const;
/** What was seen for less than three days is not judged. */
const LEAST_HOURS = 72;
/** A trend of the week goes on if the last day has at least so much of it: what filled the disk on Tuesday may be over. */
const STILL_SHARE = 0.5;
/** Of a trend that is told of, the end is only believed when the limit is this many times as far away. */
const CALM_FACTOR = 2;

export type Trend = Baseline["trend"];
export type Projection = NonNullable<Detection["projection"]>;
export type Breach = "none" | "between" | "soon" | "today";

const median = (sorted: readonly number[]): number => {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
};

/**
 * Points a day: Theil and Sen's estimate, the median of the slopes between all pairs of values. Up to 29 % of the values may be anything, such
 * as the hours of a backup or of a large sort, without moving it far. Null with fewer than two.
 */
export function slopePerDay(trend: Trend): number | null {
  const slopes: number[] = [];
  trend.forEach(([hour, value], index) => {
    for (const [later, laterValue] of trend.slice(index + 1))
      if (later > hour) slopes.push(((laterValue - value) / (later - hour)) * 24);
  });
  return slopes.length === 0 ? null : median(slopes.toSorted((a, b) => a - b));
}

/** The level at the last hour by the trend: the median of what each value would have become. */
const levelNow = (trend: Trend, perDay: number): number => {
  const [last] = trend.at(-1) ?? [0];
  return median(trend.map(([hour, value]) => value + (perDay * (last - hour)) / 24).toSorted((a, b) => a - b));
};

type Window = { limit: number; days: number; hours: number; hoursNeeded: number; leastRise: number };
type Look = { projection: Projection; isBreach: boolean; isCalm: boolean };

/** What the values of a window lead to; null where there are too few of them. */
function lookAt(all: Trend, { limit, days, hours, hoursNeeded, leastRise }: Window): Look | null {
  const [lastHour, lastValue] = all.at(-1) ?? [0, 0];
  const trend = all.filter(([hour]) => hour > lastHour - hours);
  const perDay = trend.length < hoursNeeded ? null : slopePerDay(trend);
  if (perDay === null) return null;
  // A rise that has been taken back already, such as a sort's, is over: the level counts as the lower of trend and last value.
  const percent = Math.min(levelNow(trend, perDay), lastValue);
  const daysLeft = perDay <= 0 ? null : Math.max(0, limit - percent) / perDay;
  const rise = (perDay * (lastHour - (trend[0]?.[0] ?? lastHour))) / 24;
  return {
    projection: { percent: lastValue, perDay, limit, days: daysLeft },
    isBreach: daysLeft !== null && daysLeft <= days && rise >= leastRise,
    isCalm: daysLeft === null || daysLeft > days * CALM_FACTOR,
  };
}

/**
 * Where storage is going, from its hourly means: by the last hours, where something fills the disk today; by the last day; or by the last week
 * where the last day goes on with it. `between` is neither a breach within the days that count nor far enough from one to be over. Null while
 * too little is known.
 */
export function projectionOf(trend: Trend): { breach: Breach; projection: Projection } | null {
  if (trend.length < LEAST_HOURS) return null;
  const hours = lookAt(trend, LAST_HOURS);
  if (hours?.isBreach === true) return { breach: "today", projection: hours.projection };
  const [day, week] = [lookAt(trend, LAST_DAY), lookAt(trend, LAST_WEEK)];
  if (day === null || week === null) return null;
  if (day.isBreach) return { breach: "soon", projection: day.projection };
  const goesOn = day.projection.perDay >= week.projection.perDay * STILL_SHARE;
  if (week.isBreach && goesOn) return { breach: "soon", projection: week.projection };
  const isCalm = day.isCalm && (week.isCalm || !goesOn);
  return { breach: isCalm ? "none" : "between", projection: week.projection };
}
