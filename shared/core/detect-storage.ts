import type { Anomaly, Baseline, Detection, HourMoments } from "../contracts/baseline.ts";
import { begunAnomaly, ended, keptOf, openOf } from "./anomalies.ts";
import { TREND_HOURS } from "./baselines.ts";
import { figure } from "./deviations.ts";
import { type Breach, type Projection, projectionOf } from "./storage-trend.ts";

/** An hour in which the trend leads to the limit may be an odd one; and so may one in which it does not. */
const BEGINS = /[st]{2}$/;
const HOURS_TO_END = 3;

/**
 * The state after an hour of storage: where it is going, and whether it gets there within the days that count. `today` is an anomaly of its
 * own beside `soon`, since it is graver.
 */
export function afterStorageHour(
  state: Detection,
  { hour, moments }: { hour: number; moments: HourMoments },
  baseline: Baseline | undefined,
  at: string,
): Detection {
  const before = (baseline?.trend ?? []).filter(([known]) => known < hour);
  const trend = [...before, [hour, moments.mean] as [number, number]].slice(-TREND_HOURS);
  const found = projectionOf(trend);
  if (found === null) return { ...state, projection: null };
  const { breach, projection } = found;
  const row = ((state.recent["storage"] ?? "") + MARKS[breach]).slice(-HOURS_TO_END);
  let { anomalies } = state;
  if (BEGINS.test(row) && openOf(anomalies, "storage", breach) === undefined)
    anomalies = [begun(breach, projection, at), ...anomalies];
  if (row === "c".repeat(HOURS_TO_END))
    anomalies = anomalies.map((one) =>
      one.kind === "storage" && one.endedAt === null ? ended(one, "normal", at) : one,
    );
  return { ...state, projection, recent: { ...state.recent, storage: row }, anomalies: keptOf(anomalies) };
}

const MARKS: Record<Breach, string> = { none: "c", between: "b", soon: "s", today: "t" };

/** The subject is the breach that is projected, within days or within one. */
function begun(breach: Breach, { percent, perDay, limit, days }: Projection, at: string): Anomaly {
  const left = days ?? 0;
  const when = left < 1 ? `${figure(left * 24)} hours` : `${figure(left)} days`;
  return begunAnomaly({
    kind: "storage",
    subject: breach,
    since: at,
    value: percent,
    usual: null,
    limit,
    sigmas: null,
    said: `storage is ${figure(percent)} % full and grows by ${figure(perDay)} points a day: ${limit} % in ${when}`,
    severity: breach === "today" ? "Sev2" : "Sev3",
  });
}
