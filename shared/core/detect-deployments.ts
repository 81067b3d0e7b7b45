import type { Anomaly, Baseline, BaselineMetric, Detection, Reading } from "../contracts/baseline.ts";
import { begunAnomaly, ended, isOpen, keptOf, lastingEnd, openOf } from "./anomalies.ts";
import { DEVIATIONS } from "./baseline-rules.ts";
import { figure } from "./deviations.ts";
import { type Shift, watchStatements } from "./statement-shifts.ts";
import { HOUR_MS, msBetween } from "./time.ts";

/** Since counters began again everything looks new, for so long. */
const NEW_EPOCH_MS = 2 * HOUR_MS;

/** The state after a look at the minute's heavy statements: one that is new, or slower than it ever was, is what a deployment leaves. */
export function afterDeployment(
  state: Detection,
  reading: Reading,
  baselines: ReadonlyMap<BaselineMetric, Baseline>,
): Detection {
  const watch = watchStatements(state, reading, {
    isJudged: (baselines.get("latency")?.hours ?? 0) >= DEVIATIONS.latency.hoursNeeded,
    knowsNew: state.epochAt !== null && msBetween(state.epochAt, reading.at) >= NEW_EPOCH_MS,
  });
  const forgotten = new Set<string>();
  const gone = state.anomalies.map((one) => {
    if (one.kind !== "deployment" || !isOpen(one)) return one;
    // A new statement does not go back to what it was: it has become known.
    if (watch.cleared.includes(one.subject)) return ended(one, one.usual === null ? "adopted" : "normal", reading.at);
    if (lastingEnd(one, reading.at) === null) return one;
    forgotten.add(one.subject);
    return ended(one, "adopted", reading.at);
  });
  const fresh = watch.confirmed.filter(
    ({ key }) => openOf(gone, "deployment", key) === undefined && !forgotten.has(key),
  );
  return {
    ...state,
    // What is forgotten is learnt anew, on the level that it has now.
    statements: watch.statements.filter(([key]) => !forgotten.has(key)),
    suspects: watch.suspects.filter(({ key }) => !forgotten.has(key)),
    anomalies: keptOf([...fresh.map((shift) => begun(shift, reading.at)), ...gone]),
  };
}

function begun({ key, meanMs, beforeMs }: Shift, at: string): Anomaly {
  const name = `statement ${key.split("/").at(-1) ?? key}`;
  const now = `${figure(meanMs)} ms a call`;
  return begunAnomaly({
    kind: "deployment",
    subject: key,
    since: at,
    value: meanMs,
    usual: beforeMs,
    limit: null,
    sigmas: null,
    said:
      beforeMs === null
        ? `${name} is new and takes much of the time, ${now}`
        : `${name} takes ${now}, before ${figure(beforeMs)} ms`,
    severity: "Sev3",
  });
}
