// Baselines that were learnt from weeks of about the same, and what deviates from them.
import type { Anomaly, Baseline, BaselineMetric, Reading } from "../../shared/contracts/baseline.ts";
import { onScale } from "../../shared/core/baseline-rules.ts";
import { emptyBaseline, hourIndexOf, learnt, NO_MOMENTS, withValue } from "../../shared/core/baselines.ts";

type Taught = {
  serverId?: string;
  /** What a figure was in an hour (since 1970), give or take five percent. */
  usual: (hour: number) => number;
  hours?: number;
  /** The hours end with this moment. */
  until?: string;
};

/** A baseline that was learnt from the hours before a moment; four weeks of them unless it says otherwise. */
export function taughtBaseline(
  metric: BaselineMetric,
  { serverId = "shop", usual, hours = 4 * 168, until = new Date().toISOString() }: Taught,
): Baseline {
  const end = hourIndexOf(until);
  let baseline = emptyBaseline(serverId, metric);
  for (let hour = end - hours; hour < end; hour += 1) {
    const values = [0.95, 1, 1.05, 1].map((factor) => onScale(metric, usual(hour) * factor));
    baseline = learnt(baseline, hour, values.reduce(withValue, NO_MOMENTS)) ?? baseline;
  }
  return baseline;
}

/** A reading; give what matters to the test. */
export const aReading = (at: string, values: Reading["values"] = {}, wish: Partial<Reading> = {}): Reading => ({
  at,
  epoch: "1",
  values,
  heavy: [],
  maxConnections: 100,
  ...wish,
});

/** A busy processor that was noticed and not told of. */
export const anAnomaly = (wish: Partial<Anomaly> = {}): Anomaly => ({
  kind: "cpu",
  subject: "",
  since: "2026-11-20T10:00:00.000Z",
  value: 71,
  usual: 20,
  limit: 45,
  sigmas: 8,
  said: "CPU 8 σ above all hours UTC: 71 %, usually 20 %",
  severity: "Sev3",
  offset: { count: 1, mean: 51 },
  endedAt: null,
  ending: null,
  told: "nothing",
  incidentId: null,
  ...wish,
});
