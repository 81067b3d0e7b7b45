import type { Anomaly, AnomalyKind } from "../../contracts/baseline.ts";
import type { ReceivedAlert } from "../../contracts/received-alert.ts";
import { anomalyIdOf } from "../anomalies.ts";

type Name = { rule: string; metric: string | null };

/**
 * How an anomaly is called. What Azure Monitor has a metric for is told as that metric, so that its own alert and ours meet in one incident;
 * all others lead to their playbook by the words of the rule.
 */
const NAMES: Record<AnomalyKind, Name> = {
  latency: { rule: "latency above baseline", metric: null },
  traffic_rise: { rule: "traffic surge", metric: null },
  traffic_fall: { rule: "traffic loss", metric: null },
  errors: { rule: "error rate above baseline", metric: null },
  deadlocks: { rule: "deadlocks above baseline", metric: "deadlocks" },
  connections: { rule: "connections above baseline", metric: "active_connections" },
  cpu: { rule: "CPU above baseline", metric: "cpu_percent" },
  memory: { rule: "memory above baseline", metric: "memory_percent" },
  storage: { rule: "storage runs full", metric: "storage_percent" },
  deployment: { rule: "statement latency changed", metric: null },
  certificate: { rule: "certificate expiry", metric: null },
  credential: { rule: "credential expiry", metric: null },
};

export type AnomalyOn = { serverId: string; anomaly: Anomaly; maxConnections: number | null };

/** An anomaly as an alert. It is the same alert however often it is read, which makes a repeated step a duplicate. */
export function readAnomaly(
  { serverId, anomaly, maxConnections }: AnomalyOn,
  condition: ReceivedAlert["condition"],
): ReceivedAlert {
  const { kind, subject, since, said, severity, endedAt, usual, sigmas } = anomaly;
  const inUnit = (figure: number | null): number | null => inMetricUnit(kind, figure, maxConnections);
  return {
    source: "pgmedic",
    alertId: anomalyIdOf(serverId, anomaly),
    identity: ["pgmedic", serverId, kind, subject, since],
    condition,
    ...NAMES[kind],
    said,
    value: inUnit(anomaly.value),
    threshold: inUnit(anomaly.limit),
    severity,
    firedAt: since,
    resolvedAt: condition === "Resolved" ? endedAt : null,
    target: { by: "server", serverId },
    payload: { kind, subject, since, said, value: anomaly.value, usual, limit: anomaly.limit, sigmas },
  };
}

/** Azure counts connections; PgMedic learns which share of the allowed ones is in use. */
function inMetricUnit(kind: AnomalyKind, figure: number | null, maxConnections: number | null): number | null {
  if (figure === null || (kind === "connections" && maxConnections === null)) return null;
  const value = kind === "connections" ? (figure * (maxConnections ?? 0)) / 100 : figure;
  return Number(value.toPrecision(4));
}
