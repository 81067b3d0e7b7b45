// The three methods that are compared. Each gets a reading a minute and answers the kinds that begin to be an alarm with it.
import { type AnomalyKind, type Baseline, BaselineMetric, type Reading } from "../../../shared/contracts/baseline.ts";
import { adopted, emptyBaseline, learnt } from "../../../shared/core/baselines.ts";
import { afterReading, newDetection } from "../../../shared/core/detection.ts";

export type Method = (reading: Reading) => AnomalyKind[];

/** PgMedic's detection, with its baselines in memory. */
export function ours(): Method {
  const baselines = new Map<BaselineMetric, Baseline>();
  let state = newDetection("bench");
  return (reading) => {
    const step = afterReading(state, reading, { baselines, isActing: false });
    if (step === null) return [];
    for (const { metric, hour, moments } of step.learnt) {
      const next = learnt(baselines.get(metric) ?? emptyBaseline("bench", metric), hour, moments);
      if (next !== null) baselines.set(metric, next);
    }
    for (const { metric, anomalyId, offset } of step.adopted) {
      const known = baselines.get(metric);
      const next = known === undefined ? null : adopted(known, anomalyId, offset);
      if (next !== null) baselines.set(metric, next);
    }
    state = step.next;
    const begun = state.anomalies.filter(({ told }) => told === "nothing");
    state = { ...state, anomalies: state.anomalies.map((one) => ({ ...one, told: "fired" })) };
    return begun.map(({ kind }) => kind);
  };
}

/** An alarm that comes back within so many minutes is the same one. */
const REFRACTORY_MINUTES = 60;

/** Whether an alarm at a minute is a new one, or the last one that goes on or comes back. */
function newAlarms(): (kind: AnomalyKind, minute: number) => boolean {
  const lastAt = new Map<AnomalyKind, number>();
  return (kind, minute) => {
    const before = lastAt.get(kind) ?? Number.NEGATIVE_INFINITY;
    lastAt.set(kind, minute);
    return minute - before > REFRACTORY_MINUTES;
  };
}

type Above = { kind: AnomalyKind; metric: BaselineMetric; limit: number };
/** What alert rules have: a limit for five minutes on end. Azure's own recommendations where there are any. */
const LIMITS: readonly Above[] = [
  { kind: "cpu", metric: "cpu", limit: 80 },
  { kind: "memory", metric: "memory", limit: 90 },
  { kind: "storage", metric: "storage", limit: 85 },
  { kind: "connections", metric: "connections", limit: 80 },
  { kind: "latency", metric: "latency", limit: 100 },
  { kind: "errors", metric: "errors", limit: 10 },
  { kind: "deadlocks", metric: "deadlocks", limit: 5 },
];
const MINUTES_ON_END = 5;

export function fixedThresholds(): Method {
  const rows = new Map<AnomalyKind, number>();
  const isNew = newAlarms();
  let minute = 0;
  return ({ values }) => {
    minute += 1;
    return LIMITS.flatMap(({ kind, metric, limit }) => {
      const value = values[metric] ?? null;
      const row = value !== null && value > limit ? (rows.get(kind) ?? 0) + 1 : 0;
      rows.set(kind, row);
      return row >= MINUTES_ON_END && isNew(kind, minute) ? [kind] : [];
    });
  };
}

const HALF_LIFE_MINUTES = 7 * 1_440;
const SIGMAS = 3;
const LEAST_READINGS = 3 * 1_440;

/** Three standard deviations from one rolling mean, without seasons: what a spreadsheet does. */
export function plainThreeSigma(): Method {
  const kept = 0.5 ** (1 / HALF_LIFE_MINUTES);
  const moments = new Map<BaselineMetric, { count: number; mean: number; m2: number }>();
  const isNew = newAlarms();
  let minute = 0;
  return ({ values }) => {
    minute += 1;
    return BaselineMetric.options.flatMap((metric) => {
      const value = values[metric] ?? null;
      if (value === null) return [];
      const { count, mean, m2 } = moments.get(metric) ?? { count: 0, mean: 0, m2: 0 };
      const sigma = Math.sqrt(m2 / Math.max(count, 1));
      const z = sigma === 0 ? 0 : (value - mean) / sigma;
      const weight = count * kept + 1;
      const next = mean + (value - mean) / weight;
      moments.set(metric, { count: weight, mean: next, m2: m2 * kept + (value - mean) * (value - next) });
      if (minute < LEAST_READINGS) return [];
      const kind: AnomalyKind | null =
        metric === "traffic"
          ? z > SIGMAS
            ? "traffic_rise"
            : z < -SIGMAS
              ? "traffic_fall"
              : null
          : z > SIGMAS
            ? metric
            : null;
      if (kind === null) return [];
      return isNew(kind, minute) ? [kind] : [];
    });
  };
}
