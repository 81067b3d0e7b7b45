import {
  type Anomaly,
  BaselineMetric,
  type Baseline,
  type Detection,
  type HourMoments,
  type Reading,
} from "../contracts/baseline.ts";
import { anomalyIdOf, begunAnomaly, ended, isOpen, keptOf, lastingEnd, openOf, withOffset } from "./anomalies.ts";
import { type DeviationKind, DEVIATIONS, onScale } from "./baseline-rules.ts";
import { hourIndexOf, NO_MOMENTS, withValue } from "./baselines.ts";
import { begins, type Deviation, deviationOf, deviationText, isOver, KEPT_RECENT } from "./deviations.ts";
import { afterDeployment } from "./detect-deployments.ts";
import { afterStorageHour } from "./detect-storage.ts";
import { later, MINUTE_MS, msBetween } from "./time.ts";

/** Over a longer gap no row of readings goes on: a minute that is missing now and then is no gap. */
const MOST_GAP_MS = 5 * MINUTE_MS;
/** After a restart, a failover, a reset or an outage: caches are cold and queues are worked off. */
const QUIET_MS = 20 * MINUTE_MS;
const OUTAGE_MS = 15 * MINUTE_MS;
/** A reading that is older than the last one by less is the same once more; by more, a clock was put back. */
const CLOCK_MS = 10 * MINUTE_MS;

export const newDetection = (serverId: string): Detection => ({
  serverId,
  lastAt: null,
  epoch: null,
  epochAt: null,
  quietUntil: null,
  hour: null,
  running: {},
  recent: {},
  statements: [],
  suspects: [],
  projection: null,
  latest: null,
  anomalies: [],
});

export type Known = {
  baselines: ReadonlyMap<BaselineMetric, Baseline>;
  /** PgMedic itself is carrying something out on the server: what that brings about is nobody's anomaly. */
  isActing: boolean;
};
export type Learning = { metric: BaselineMetric; hour: number; moments: HourMoments };
export type Adoption = { metric: BaselineMetric; anomalyId: string; offset: number };
/** What a reading leads to. What is learnt and adopted goes into the baselines before `next` is written: both do nothing when repeated. */
export type Step = { next: Detection; learnt: Learning[]; adopted: Adoption[] };

/** The next state after a reading; null when it is not newer than the last one, so that the same reading counts once. */
export function afterReading(state: Detection, reading: Reading, known: Known): Step | null {
  const gapMs = state.lastAt === null ? 0 : msBetween(state.lastAt, reading.at);
  if (state.lastAt !== null && gapMs <= 0 && gapMs > -CLOCK_MS) return null;
  const begun = afterGap(state, reading, gapMs);
  const isQuiet = known.isActing || (begun.quietUntil !== null && reading.at < begun.quietUntil);
  const { rolled, learnt } = afterHour(begun, reading, known);
  if (isQuiet) return { next: rolled, learnt, adopted: [] };
  const judged = afterJudging(rolled, reading, known);
  return { ...judged, next: afterDeployment(judged.next, reading, known.baselines), learnt };
}

/** The state as a reading finds it: rows of readings end at a gap, and at a new epoch. */
function afterGap(state: Detection, reading: Reading, gapMs: number): Detection {
  const isNewEpoch = state.epoch !== null && state.epoch !== reading.epoch;
  const isOutage = isNewEpoch || gapMs > OUTAGE_MS || gapMs < 0;
  const isGap = isOutage || gapMs > MOST_GAP_MS;
  return {
    ...state,
    lastAt: reading.at,
    latest: reading,
    epoch: reading.epoch,
    epochAt: isNewEpoch || state.epochAt === null ? reading.at : state.epochAt,
    quietUntil: isOutage ? later(new Date(reading.at), QUIET_MS).toISOString() : state.quietUntil,
    ...(isGap ? { recent: onlyHourly(state.recent), suspects: [] } : {}),
  };
}

/** What is judged by the hour does not depend on minutes. */
const onlyHourly = ({ storage }: Detection["recent"]): Detection["recent"] =>
  storage === undefined ? {} : { storage };

/** Hands over the hour that is over, and begins another. */
function afterHour(
  state: Detection,
  reading: Reading,
  { baselines }: Known,
): { rolled: Detection; learnt: Learning[] } {
  const hour = hourIndexOf(reading.at);
  if (state.hour === hour) return { rolled: state, learnt: [] };
  const learnt = BaselineMetric.options.flatMap((metric) => {
    const moments = state.running[metric];
    return state.hour === null || moments === undefined ? [] : [{ metric, hour: state.hour, moments }];
  });
  const storage = learnt.find(({ metric }) => metric === "storage");
  const rolled = storage === undefined ? state : afterStorageHour(state, storage, baselines.get("storage"), reading.at);
  return { rolled: { ...rolled, hour, running: {} }, learnt };
}

const KINDS = Object.keys(DEVIATIONS) as DeviationKind[];

function afterJudging(state: Detection, reading: Reading, { baselines }: Known): Pick<Step, "next" | "adopted"> {
  const adopted: Adoption[] = [];
  const deviations = new Map<DeviationKind, Deviation>();
  let { anomalies } = state;
  const recent = { ...state.recent };
  for (const kind of KINDS) {
    const { metric } = DEVIATIONS[kind];
    const deviation = deviationOf(kind, baselines.get(metric), reading);
    if (deviation !== null) deviations.set(kind, deviation);
    const row = ((recent[kind] ?? "") + (deviation?.mark ?? "-")).slice(-KEPT_RECENT);
    recent[kind] = row;
    const open = openOf(anomalies, kind);
    if (open === undefined) {
      if (deviation !== null && begins(kind, row)) anomalies = [begun(deviation, reading.at), ...anomalies];
      continue;
    }
    const next = afterMark(open, deviation, row, reading.at);
    // What lasted is over without having been calm: its row would begin it again.
    if (next.ending === "adopted" || next.ending === "lapsed") delete recent[kind];
    if (next.ending === "adopted")
      adopted.push({ metric, anomalyId: anomalyIdOf(state.serverId, open), offset: next.offset.mean });
    anomalies = anomalies.map((one) => (one === open ? next : one));
  }
  const next = { ...state, recent, anomalies: keptOf(anomalies) };
  return { next: { ...next, running: gathered(next, reading, deviations) }, adopted };
}

function begun({ mark: _, offset, ...deviation }: Deviation, at: string): Anomaly {
  const { kind, value, usual, limit, sigmas } = deviation;
  return begunAnomaly({
    kind,
    subject: "",
    since: at,
    value,
    usual,
    limit,
    sigmas,
    said: deviationText(deviation, at),
    severity: "Sev3",
    offset: { count: 1, mean: offset },
  });
}

function afterMark(open: Anomaly, deviation: Deviation | null, row: string, at: string): Anomaly {
  const anomaly = deviation === null ? open : withOffset(open, deviation.offset);
  const ending = isOver(row) ? "normal" : lastingEnd(anomaly, at);
  return ending === null ? anomaly : ended(anomaly, ending, at);
}

/**
 * The hour with this reading in it. While a metric deviates its readings teach nothing; a hit that is no anomaly (yet) teaches as much as the
 * limit, so that what is a little off all the time is learnt in the end.
 */
function gathered(
  { running, anomalies }: Detection,
  { values }: Reading,
  deviations: ReadonlyMap<DeviationKind, Deviation>,
): Detection["running"] {
  const next = { ...running };
  for (const metric of BaselineMetric.options) {
    const value = values[metric] ?? null;
    const ofMetric = KINDS.filter((kind) => DEVIATIONS[kind].metric === metric);
    if (value === null || anomalies.some((one) => isOpen(one) && ofMetric.some((kind) => kind === one.kind))) continue;
    const hit = ofMetric.flatMap((kind) => deviations.get(kind) ?? []).find(({ mark }) => mark === "h");
    const { count, mean, m2 } = withValue(next[metric] ?? NO_MOMENTS, onScale(metric, hit?.limit ?? value));
    next[metric] = { count, mean: short(mean), m2: short(m2) };
  }
  return next;
}

const short = (value: number): number => Number(value.toPrecision(9));
