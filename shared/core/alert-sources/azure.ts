import { type CommonAlert, metricCondition } from "../../contracts/alert.ts";
import type { ReceivedAlert } from "../../contracts/received-alert.ts";

/**
 * An alert of Azure Monitor. Azure writes an alert's id with other paths before it and in other cases, by who asks; what comes after
 * `/alerts/` is the same everywhere.
 */
export function readAzure(alert: CommonAlert): ReceivedAlert {
  const { alertId, alertRule, severity, monitorCondition, firedDateTime, resolvedDateTime, alertTargetIDs } =
    alert.data.essentials;
  const condition = metricCondition(alert);
  return {
    source: "azure",
    alertId,
    identity: [alertId.toLowerCase().replace(/^.*\/alerts\//, "")],
    condition: monitorCondition,
    rule: alertRule,
    metric: condition?.metric ?? null,
    value: condition?.value ?? null,
    threshold: condition?.threshold ?? null,
    severity,
    firedAt: new Date(firedDateTime).toISOString(),
    resolvedAt: resolvedDateTime === undefined ? null : new Date(resolvedDateTime).toISOString(),
    target: { by: "resourceIds", resourceIds: alertTargetIDs },
    payload: alert,
  };
}
