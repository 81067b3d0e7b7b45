import type { Baseline, BaselineMetric, Bucket, HourMoments, UsualLevel } from "../contracts/baseline.ts";
import { SCALES } from "./baseline-rules.ts";
import { HOUR_MS } from "./time.ts";

export const HOURS_OF_WEEK = 168;
const HOURS_OF_DAY = 24;
/** 1970-01-01 was a Thursday; buckets begin on Sunday. */
const FIRST_DAY = 4;

/** What is learnt counts half after four weeks: a season's change is followed, and one odd week is not. */
const HALF_LIFE_HOURS = 4 * HOURS_OF_WEEK;
/** An hour of the week counts by itself once it has been seen three times (less what has faded): of one or two, nobody knows how much it varies. */
const LEAST_HOURS = 2.5;
/** What a lasting new normal leaves of an hour's weight, so that the next weeks say how it really is. */
const HOURS_AFTER_SHIFT = 1;
/** Storage's hourly values that are kept: a week. */
export const TREND_HOURS = 7 * HOURS_OF_DAY;

/** Hours since 1970, in UTC. */
export const hourIndexOf = (at: string): number => Math.floor(Date.parse(at) / HOUR_MS);

/** The hour of the week of an hour, from Sunday 00:00 UTC. */
export const hourOfWeek = (hour: number): number =>
  (((hour + FIRST_DAY * HOURS_OF_DAY) % HOURS_OF_WEEK) + HOURS_OF_WEEK) % HOURS_OF_WEEK;

export const emptyBaseline = (serverId: string, metric: BaselineMetric): Baseline => ({
  serverId,
  metric,
  buckets: Array.from({ length: HOURS_OF_WEEK }, () => null),
  lastHour: null,
  firstHour: null,
  hours: 0,
  trend: [],
  adopted: null,
});

export const NO_MOMENTS: HourMoments = { count: 0, mean: 0, m2: 0 };

/** Moments with one more value: Welford's update. */
export function withValue({ count, mean, m2 }: HourMoments, value: number): HourMoments {
  const delta = value - mean;
  const next = mean + delta / (count + 1);
  return { count: count + 1, mean: next, m2: m2 + delta * (value - next) };
}

/** Moments of two sets together: Chan's pairwise update, with counts that need not be whole. */
function together(a: HourMoments, b: HourMoments): HourMoments {
  const count = a.count + b.count;
  if (count === 0) return NO_MOMENTS;
  const delta = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta ** 2 * a.count * b.count) / count,
  };
}

/** Six digits say enough, and keep the document small. */
const short = (value: number): number => Number(value.toPrecision(6));

/** How far the last hour may lie ahead before it counts as a clock that had been wrong. */
const MOST_HOURS_AHEAD = 24;

/**
 * A baseline with one more hour in it; null when it has that hour or a later one, so that a repeated step changes nothing. An hour without a
 * reading is no hour.
 */
export function learnt(baseline: Baseline, hour: number, moments: HourMoments): Baseline | null {
  const { lastHour } = baseline;
  if (lastHour !== null && hour <= lastHour && lastHour - hour <= MOST_HOURS_AHEAD) return null;
  if (moments.count === 0) return null;
  const place = hourOfWeek(hour);
  const [at, hours, count, mean, m2] = baseline.buckets[place] ?? [hour, 0, 0, 0, 0];
  const kept = 0.5 ** (Math.max(0, hour - at) / HALF_LIFE_HOURS);
  const next = together({ count: count * kept, mean, m2: m2 * kept }, moments);
  const bucket: Bucket = [hour, short(hours * kept + 1), short(next.count), short(next.mean), short(next.m2)];
  const trend: Baseline["trend"] =
    baseline.metric === "storage" ? [...baseline.trend, [hour, short(moments.mean)]] : baseline.trend;
  return {
    ...baseline,
    buckets: baseline.buckets.map((known, index) => (index === place ? bucket : known)),
    lastHour: hour,
    firstHour: baseline.firstHour ?? hour,
    hours: baseline.hours + 1,
    trend: trend.slice(-TREND_HOURS),
  };
}

/** A baseline on another level with the shape that it had, as an anomaly that lasted showed it. Null when that was done. */
export function adopted(baseline: Baseline, anomalyId: string, offset: number): Baseline | null {
  if (baseline.adopted === anomalyId) return null;
  const shifted = (bucket: Bucket | null): Bucket | null => {
    if (bucket === null) return null;
    const [at, hours, count, mean, m2] = bucket;
    const kept = Math.min(1, HOURS_AFTER_SHIFT / hours);
    return [at, short(hours * kept), short(count * kept), short(mean + offset), short(m2 * kept)];
  };
  return { ...baseline, buckets: baseline.buckets.map(shifted), adopted: anomalyId };
}

/** Mean and standard deviation on the metric's scale, and what they were taken from. */
export type Usual = { mean: number; sigma: number; level: UsualLevel };

type Gathered = HourMoments & { hours: number };
const gathered = (buckets: readonly (Bucket | null)[]): Gathered =>
  buckets.reduce<Gathered>(
    (sum, bucket) =>
      bucket === null
        ? sum
        : {
            ...together(sum, { count: bucket[2], mean: bucket[3], m2: bucket[4] }),
            hours: sum.hours + bucket[1],
          },
    { ...NO_MOMENTS, hours: 0 },
  );

/** An hour is asked about sixty times, with the same baseline: it is worked out once. */
const workedOut = new WeakMap<Baseline, Map<number, Usual | null>>();

/**
 * What is usual in an hour: by that hour of the week; while it has been seen too seldom by that hour of all days; and while that has been
 * too, by everything. Null when nothing is known.
 */
export function usualIn(baseline: Baseline, hour: number): Usual | null {
  const place = hourOfWeek(hour);
  const places = workedOut.get(baseline) ?? new Map<number, Usual | null>();
  workedOut.set(baseline, places);
  const known = places.get(place);
  if (known !== undefined) return known;
  const usual = usualAt(baseline, place);
  places.set(place, usual);
  return usual;
}

function usualAt({ buckets, metric }: Baseline, place: number): Usual | null {
  const sameHour = (_: unknown, index: number): boolean => index % HOURS_OF_DAY === place % HOURS_OF_DAY;
  const asUsual = ({ count, mean, m2 }: Gathered, level: UsualLevel): Usual => ({
    mean,
    sigma: Math.max(SCALES[metric].leastSigma, Math.sqrt(m2 / count)),
    level,
  });
  const ofWeek = gathered([buckets[place] ?? null]);
  if (ofWeek.hours >= LEAST_HOURS) return asUsual(ofWeek, "hourOfWeek");
  const ofDay = gathered(buckets.filter(sameHour));
  if (ofDay.hours >= LEAST_HOURS) return asUsual(ofDay, "hourOfDay");
  const all = gathered(buckets);
  return all.count > 0 ? asUsual(all, "whole") : null;
}

/** What is usual in the same hour on each day of the week: an odd Thursday that is like a Sunday is a holiday. */
export const usualOnEachDay = (baseline: Baseline, hour: number): Usual[] =>
  Array.from({ length: 7 }, (_, days) => usualIn(baseline, hour - days * HOURS_OF_DAY)).filter((one) => one !== null);
