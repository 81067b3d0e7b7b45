import type { GroupedAlert } from "../../contracts/alertmanager-webhook.ts";
import type { Severity } from "../../contracts/primitives.ts";
import type { AlertSource, ReceivedAlert } from "../../contracts/received-alert.ts";

/** How rule sets call their severities, in Azure Monitor's: Sev0 critical, 1 error, 2 warning, 3 informational, 4 verbose. */
const SEVERITIES: ReadonlyMap<string, Severity> = new Map([
  ["emergency", "Sev0"],
  ["critical", "Sev0"],
  ["page", "Sev0"],
  ["error", "Sev1"],
  ["high", "Sev1"],
  ["major", "Sev1"],
  ["warning", "Sev2"],
  ["warn", "Sev2"],
  ["medium", "Sev2"],
  ["minor", "Sev3"],
  ["info", "Sev3"],
  ["informational", "Sev3"],
  ["low", "Sev3"],
  ["debug", "Sev4"],
  ["none", "Sev4"],
  ["p1", "Sev0"],
  ["p2", "Sev1"],
  ["p3", "Sev2"],
  ["p4", "Sev3"],
  ["p5", "Sev4"],
  ["sev0", "Sev0"],
  ["sev1", "Sev1"],
  ["sev2", "Sev2"],
  ["sev3", "Sev3"],
  ["sev4", "Sev4"],
]);

/** The severity of a `severity` label, whatever its case; Sev3 for none and for one that nobody knows. */
export const severityOfLabel = (label: string | undefined): Severity =>
  SEVERITIES.get(label?.trim().toLowerCase() ?? "") ?? "Sev3";

/** The severity of the first word that is one; Sev3 for none. */
export const firstSeverity = (words: readonly (string | undefined)[]): Severity =>
  severityOfLabel(words.find((word) => SEVERITIES.has(word?.trim().toLowerCase() ?? "")));

/** A rule's name is a headline: Azure Monitor allows as much. */
const LONGEST_RULE = 512;
const UNNAMED = "an alert without a name";
/** How the metrics of Azure Monitor are written. */
const METRIC = /^[A-Za-z][A-Za-z0-9_]{1,99}$/;

/**
 * One alert of Alertmanager or Grafana. Labels are its identity, annotations may say more: `pgmedic_metric` (a metric of Azure Monitor, as
 * label or annotation), and `value` and `threshold` in that metric's unit. Nothing is guessed from a rule's name or its expression.
 */
export function readGrouped(
  source: Extract<AlertSource, "prometheus" | "grafana">,
  alert: GroupedAlert,
): ReceivedAlert {
  const { labels, annotations, fingerprint } = alert;
  const firedAt = new Date(alert.startsAt).toISOString();
  const isResolved = alert.status === "resolved";
  const metric = labels["pgmedic_metric"] ?? annotations["pgmedic_metric"] ?? "";
  return {
    source,
    alertId: `${source}/${fingerprint}/${firedAt}`,
    identity: [source, fingerprint, firedAt],
    condition: isResolved ? "Resolved" : "Fired",
    rule: labels["alertname"]?.trim().slice(0, LONGEST_RULE) || UNNAMED,
    metric: METRIC.test(metric) ? metric : null,
    value: numberIn(annotations["value"]),
    threshold: numberIn(annotations["threshold"]),
    severity: severityOfLabel(labels["severity"]),
    firedAt,
    resolvedAt: isResolved ? momentIn(alert.endsAt) : null,
    target: { by: "labels", labels },
    payload: alert,
  };
}

/** A plain number, such as a template writes it; null for a text with a unit or none at all. */
function numberIn(text: string | undefined): number | null {
  const number = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}

/** The year 1 stands for no moment. */
const momentIn = (text: string): string | null => (text.startsWith("0001-") ? null : new Date(text).toISOString());
