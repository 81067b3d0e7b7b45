// The common alert schema for metric alerts, as Azure's action groups post it.
// https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
import type { FiredAlert } from "./alert-state.ts";
import type { AlertRule } from "./rules.ts";

/** The parts of a resource id that the payload repeats. */
export type Target = { resourceId: string; subscriptionId: string; resourceGroup: string; name: string };

type Occurrence = {
  rule: AlertRule;
  target: Target;
  alert: FiredAlert;
  value: number;
  threshold: number;
  resolvedAt?: string;
};

/** Reads an Azure resource id; the message tells the form that is needed. */
export function targetFrom(resourceId: string): Target {
  const parts = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/.+\/([^/]+)$/i.exec(resourceId);
  const [, subscriptionId, resourceGroup, name] = parts ?? [];
  if (subscriptionId === undefined || resourceGroup === undefined || name === undefined) {
    throw new Error(
      `"${resourceId}" is no Azure resource id: /subscriptions/…/resourceGroups/…/providers/Microsoft.DBforPostgreSQL/flexibleServers/<name>.`,
    );
  }
  return { resourceId, subscriptionId, resourceGroup, name };
}

/** The alert's id in Azure's form; `guid` is its own. */
export const alertIdOf = (target: Target, guid: string): string =>
  `/subscriptions/${target.subscriptionId}/providers/Microsoft.AlertsManagement/alerts/${guid}`;

export const originAlertIdOf = (target: Target, rule: AlertRule, guid: string): string =>
  `${guid}_${target.resourceGroup}_microsoft.insights_metricAlerts_${rule.name}_${hashOf(target.resourceId)}`;

/** The body that is posted: Fired, or Resolved when `resolvedAt` is given. */
export function payloadOf({ rule, target, alert, value, threshold, resolvedAt }: Occurrence) {
  const group = `/subscriptions/${target.subscriptionId}/resourceGroups/${target.resourceGroup}`;
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: alert.alertId,
        alertRule: rule.name,
        alertRuleId: `${group}/providers/microsoft.insights/metricAlerts/${rule.name}`,
        severity: `Sev${rule.severity}`,
        signalType: "Metric",
        monitorCondition: resolvedAt === undefined ? "Fired" : "Resolved",
        monitoringService: "Platform",
        // Azure writes targets in lower case, whatever the case of the resource.
        alertTargetIDs: [target.resourceId.toLowerCase()],
        configurationItems: [target.name.toLowerCase()],
        originAlertId: alert.originAlertId,
        firedDateTime: ticksOf(alert.firedAt),
        ...(resolvedAt === undefined ? {} : { resolvedDateTime: ticksOf(resolvedAt) }),
        description: rule.description,
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
      },
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: {
          windowSize: rule.windowSize,
          allOf: [
            {
              metricName: rule.metricName,
              metricNamespace: rule.metricNamespace,
              operator: rule.operator,
              // A string in Azure's payload.
              threshold: String(threshold),
              timeAggregation: rule.timeAggregation,
              dimensions: [],
              metricValue: Math.round(value * 1000) / 1000,
            },
          ],
        },
      },
      customProperties: null,
    },
  };
}
export type AlertPayload = ReturnType<typeof payloadOf>;

/** Azure writes seven digits of a second. */
const ticksOf = (instant: string): string => instant.replace(/(\.\d{3})Z$/, "$10000Z");

/** A number as stable as the text, in place of the one that Azure appends. */
const hashOf = (text: string): number => {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return hash;
};
