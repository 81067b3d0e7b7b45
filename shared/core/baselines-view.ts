import {
  type Baseline,
  BaselineMetric,
  type BaselinesView,
  type Detection,
  type MetricNow,
  type Reading,
} from "../contracts/baseline.ts";
import type { Server } from "../contracts/server.ts";
import { DEVIATIONS, offScale, onScale, SCALES } from "./baseline-rules.ts";
import { hourIndexOf, usualIn } from "./baselines.ts";
import { limitOf } from "./deviations.ts";
import { MINUTE_MS, msBetween } from "./time.ts";

/** A reading older than this says nothing of now. */
const FRESH_MS = 10 * MINUTE_MS;
const HOURS_NEEDED = DEVIATIONS.latency.hoursNeeded;

type Known = { detection: Detection | null; baselines: ReadonlyMap<BaselineMetric, Baseline> };

/** What people see of a server's detection. */
export function baselinesView(
  { serverId, detection: isOn }: Server,
  { detection, baselines }: Known,
  now: Date,
): BaselinesView {
  const at = now.toISOString();
  const latest = detection?.latest ?? null;
  const isFresh = latest !== null && msBetween(latest.at, at) <= FRESH_MS;
  const hours = Math.max(0, ...[...baselines.values()].map((one) => one.hours));
  const isQuiet = detection?.quietUntil != null && at < detection.quietUntil;
  return {
    serverId,
    state: !isOn ? "off" : hours < HOURS_NEEDED ? "learning" : isQuiet ? "quiet" : "watching",
    readAt: latest?.at ?? null,
    hours,
    hoursNeeded: HOURS_NEEDED,
    metrics: BaselineMetric.options.flatMap((metric) => {
      const baseline = baselines.get(metric);
      return baseline === undefined ? [] : [metricNow(baseline, isFresh ? latest : null, at)];
    }),
    projection: detection?.projection ?? null,
    anomalies: (detection?.anomalies ?? []).map(({ kind, subject, since, said, endedAt, ending, incidentId }) => ({
      kind,
      subject,
      since,
      said,
      endedAt,
      ending,
      incidentId,
    })),
  };
}

function metricNow(baseline: Baseline, latest: Reading | null, at: string): MetricNow {
  const { metric, hours } = baseline;
  const hour = hourIndexOf(at);
  const usual = usualIn(baseline, hour);
  const value = latest?.values[metric] ?? null;
  const rules = Object.entries(DEVIATIONS).find(([, one]) => one.metric === metric && one.direction === "rises")?.[1];
  const midnight = hour - (hour % 24);
  return {
    metric,
    unit: SCALES[metric].unit,
    value,
    usual: usual === null ? null : offScale(metric, usual.mean),
    limit: usual === null || rules === undefined || hours < rules.hoursNeeded ? null : limitOf(rules, usual, at),
    sigmas: usual === null || value === null ? null : (onScale(metric, value) - usual.mean) / usual.sigma,
    level: usual?.level ?? null,
    hours,
    day: Array.from({ length: 24 }, (_, index) => {
      const one = usualIn(baseline, midnight + index);
      return one === null ? null : offScale(metric, one.mean);
    }),
  };
}
