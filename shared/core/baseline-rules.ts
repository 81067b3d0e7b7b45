import type { AnomalyKind, BaselineMetric } from "../contracts/baseline.ts";

/** A kind of anomaly that is a reading far from its baseline. */
export type DeviationKind = Exclude<AnomalyKind, "storage" | "deployment" | "certificate" | "credential">;

/** How a metric is held against its baseline. All limits were set with `npm run bench:detection`, on other seeds than it prints. */
export type DeviationRules = {
  metric: BaselineMetric;
  direction: "rises" | "falls";
  /** Hours that must have been seen before it is judged. */
  hoursNeeded: number;
  /** Standard deviations from the mean, on the metric's scale, that make a reading a hit. */
  sigmas: number;
  /** What a hit must differ from the usual at least, in the metric's unit, and as a factor. Less harms nobody, however steady it was before. */
  leastChange: number;
  leastFactor: number;
  /** A hit must also be at least this, in the metric's unit: a busy quarter of a processor is no incident. */
  leastValue: number;
  /** It begins with so many hits among so many readings. */
  begins: { hits: number; of: number };
  /** A share cannot rise above 100: from here on half the least change will do, and no factor is asked for. */
  ceiling?: number;
};

/** How a metric is measured: what people read, and the scale on which its readings are about normally distributed. */
export type MetricScale = {
  unit: string;
  words: string;
  /** Times and rates are multiplied by what happens to them, so they are taken as log(1 + x). */
  scale: "log" | "linear";
  /** A standard deviation below this is taken as this, on the scale: a figure that never moved yet may move a little. */
  leastSigma: number;
};

/** Three days: whatever day they begin with, every hour of the day has been seen on a working day. */
const THREE_DAYS = 72;
/** Two weeks: before, it is not known how little goes on at a weekend. */
const TWO_WEEKS = 336;

export const SCALES: Record<BaselineMetric, MetricScale> = {
  latency: { unit: "ms", words: "mean statement time", scale: "log", leastSigma: 0.1 },
  traffic: { unit: "statements/s", words: "statements a second", scale: "log", leastSigma: 0.1 },
  errors: { unit: "%", words: "share of rolled back transactions", scale: "linear", leastSigma: 0.5 },
  deadlocks: { unit: "a minute", words: "deadlocks a minute", scale: "linear", leastSigma: 0.4 },
  connections: { unit: "%", words: "share of the connections in use", scale: "linear", leastSigma: 2 },
  cpu: { unit: "%", words: "CPU", scale: "linear", leastSigma: 3 },
  memory: { unit: "%", words: "memory", scale: "linear", leastSigma: 2 },
  storage: { unit: "%", words: "storage", scale: "linear", leastSigma: 1 },
};

/** A spike is over by then; and what is new after five minutes is what alert rules need as well. */
const FIVE_OF_SIX = { hits: 5, of: 6 } as const;
/** A processor is busy for some minutes whenever somebody asks for much. */
const NINE_OF_TEN = { hits: 9, of: 10 } as const;

export const DEVIATIONS: Record<DeviationKind, DeviationRules> = {
  latency: {
    metric: "latency",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 4,
    leastChange: 3,
    leastFactor: 2,
    leastValue: 5,
    begins: FIVE_OF_SIX,
  },
  traffic_rise: {
    metric: "traffic",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 5,
    leastChange: 20,
    leastFactor: 2.5,
    leastValue: 20,
    begins: FIVE_OF_SIX,
  },
  traffic_fall: {
    metric: "traffic",
    direction: "falls",
    hoursNeeded: TWO_WEEKS,
    sigmas: 3.5,
    leastChange: 5,
    leastFactor: 3.5,
    leastValue: 0,
    begins: FIVE_OF_SIX,
  },
  errors: {
    metric: "errors",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 5,
    leastChange: 5,
    leastFactor: 3,
    leastValue: 5,
    begins: FIVE_OF_SIX,
  },
  deadlocks: {
    metric: "deadlocks",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 4,
    leastChange: 2,
    leastFactor: 3,
    leastValue: 2,
    begins: FIVE_OF_SIX,
  },
  connections: {
    metric: "connections",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 4,
    leastChange: 15,
    leastFactor: 1.5,
    leastValue: 30,
    begins: FIVE_OF_SIX,
    ceiling: 90,
  },
  cpu: {
    metric: "cpu",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 4,
    leastChange: 25,
    leastFactor: 1.5,
    leastValue: 40,
    begins: NINE_OF_TEN,
    ceiling: 95,
  },
  memory: {
    metric: "memory",
    direction: "rises",
    hoursNeeded: THREE_DAYS,
    sigmas: 5,
    leastChange: 12,
    leastFactor: 1.2,
    leastValue: 60,
    begins: FIVE_OF_SIX,
    ceiling: 95,
  },
};

/** A reading on its metric's scale, and back. */
export const onScale = (metric: BaselineMetric, value: number): number =>
  SCALES[metric].scale === "log" ? Math.log1p(Math.max(0, value)) : value;
export const offScale = (metric: BaselineMetric, scaled: number): number =>
  SCALES[metric].scale === "log" ? Math.max(0, Math.expm1(scaled)) : scaled;
