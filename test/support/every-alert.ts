// One payload of every kind that Azure Monitor's common alert schema has; fields and value types as its documentation gives them.
import { anAlert } from "./alerts.ts";

const TARGET =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/other/providers/microsoft.compute/virtualmachines/other";

function ofService(kind: string, monitoringService: string, alertContext: object) {
  const { data } = anAlert({ alertId: `kind-${kind}`, target: TARGET });
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: { essentials: { ...data.essentials, monitoringService }, alertContext, customProperties: { team: "shop" } },
  };
}

const window = { windowStartTime: "2026-11-20T09:24:00Z", windowEndTime: "2026-11-20T09:29:00Z" };
const failingPeriods = { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 };
const activity = {
  channels: "Operation",
  correlationId: "c-1",
  eventTimestamp: "2026-11-20T09:29:00.2917159+00:00",
  level: "Informational",
};

export const EVERY_KIND: Record<string, object> = {
  metric: anAlert({ alertId: "kind-metric", target: TARGET }),
  "metric without a value": anAlert({ alertId: "kind-null", target: TARGET, value: null }),
  "metric, resolved": anAlert({ alertId: "kind-resolved", target: TARGET, condition: "Resolved" }),
  "dynamic threshold": ofService("dynamic", "Platform", {
    properties: null,
    conditionType: "DynamicThresholdCriteria",
    condition: {
      windowSize: "PT5M",
      allOf: [
        {
          alertSensitivity: "High",
          failingPeriods,
          ignoreDataBefore: null,
          metricName: "cpu_percent",
          metricNamespace: "microsoft.dbforpostgresql/flexibleservers",
          operator: "GreaterThan",
          threshold: "47.5",
          timeAggregation: "Average",
          dimensions: [{ name: "ResourceId", value: "r-1" }],
          metricValue: 93,
        },
      ],
      ...window,
    },
  }),
  "log search": ofService("log", "Log Alerts V2", {
    properties: { runbook: "none" },
    conditionType: "LogQueryCriteria",
    condition: {
      windowSize: "PT10M",
      allOf: [
        {
          searchQuery: "PostgreSQLLogs | where Level == 'FATAL'",
          metricMeasureColumn: null,
          targetResourceTypes: "['Microsoft.DBforPostgreSQL/flexibleServers']",
          operator: "GreaterThan",
          threshold: "0",
          timeAggregation: "Count",
          dimensions: [],
          metricValue: 3,
          failingPeriods,
        },
      ],
      ...window,
    },
  }),
  "simple log search": ofService("simple", "Log Alerts V2", {
    properties: null,
    conditionType: "SimpleLogQueryCriteria",
    condition: {
      windowSize: null,
      allOf: [
        {
          searchQuery: "PostgreSQLLogs",
          operator: null,
          threshold: null,
          timeAggregation: null,
          dimensions: null,
          event: [[{ name: "Level", value: "ERROR" }]],
        },
      ],
      windowStartTime: null,
      windowEndTime: null,
    },
  }),
  "log analytics, first version": ofService("log-v1", "Log Analytics", {
    SearchQuery: "Perf",
    SearchIntervalStartTimeUtc: "11/20/2026 9:24:00 AM",
    SearchIntervalEndtimeUtc: "11/20/2026 9:29:00 AM",
    ResultCount: 2,
    Threshold: 0,
  }),
  "application insights, first version": ofService("insights", "Application Insights", {
    SearchQuery: "requests",
    ResultCount: 2,
    Threshold: 10,
  }),
  "activity log": ofService("activity", "Activity Log - Administrative", {
    ...activity,
    authorization: { action: "Microsoft.DBforPostgreSQL/flexibleServers/restart/action", scope: TARGET },
    caller: "somebody",
    eventSource: "Administrative",
    operationName: "Microsoft.DBforPostgreSQL/flexibleServers/restart/action",
    status: "Succeeded",
    subStatus: "",
  }),
  "service health": ofService("service-health", "ServiceHealth", {
    ...activity,
    authorization: null,
    channels: 1,
    claims: null,
    caller: null,
    eventSource: "ServiceHealth",
    operationName: "Microsoft.ServiceHealth/maintenance/action",
    properties: {
      title: "Planned maintenance",
      service: "Azure Database for PostgreSQL",
      impactedServices: "[]",
      isHIR: "false",
    },
    status: "Active",
    subStatus: null,
    ResourceType: null,
  }),
  "resource health": ofService("resource-health", "Resource Health", {
    ...activity,
    eventSource: "ResourceHealth",
    operationName: "Microsoft.Resourcehealth/healthevent/Activated/action",
    properties: {
      title: "The server is unavailable",
      details: null,
      currentHealthStatus: "Unavailable",
      previousHealthStatus: "Available",
      type: "Downtime",
      cause: "PlatformInitiated",
    },
    status: "Active",
  }),
};
