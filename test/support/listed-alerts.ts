// Alerts as Azure's AlertsManagement lists them, which is not how a webhook tells them.
const SUBSCRIPTION = "5d6a2f0e-3a54-4f58-9a39-0c1d8f1d5c11";
export const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop`;

export type ListedWish = {
  guid?: string;
  resource?: string;
  rule?: string;
  alertState?: string;
  monitorCondition?: string;
  startedAt?: string;
  context?: object;
};

const CONTEXT = {
  properties: null,
  conditionType: "SingleResourceMultipleMetricCriteria",
  condition: {
    windowSize: "PT5M",
    allOf: [
      {
        metricName: "cpu_percent",
        metricNamespace: "Microsoft.DBforPostgreSQL/flexibleServers",
        operator: "GreaterThan",
        threshold: "80",
        timeAggregation: "Average",
        dimensions: [],
        metricValue: 93.5,
      },
    ],
  },
};

/** A fired metric alert of a server; give what matters to the test. */
export function aListedAlert(wish: ListedWish) {
  const {
    guid = "77114d64-d9d9-478b-95c9-b789d6502100",
    resource = RESOURCE,
    rule = "cpu-high",
    context = CONTEXT,
  } = wish;
  const { alertState = "New", monitorCondition = "Fired", startedAt = "2026-11-20T09:30:00Z" } = wish;
  return {
    name: "cpu alert",
    type: "Microsoft.AlertsManagement/alerts",
    id: `${resource.toLowerCase()}/providers/Microsoft.AlertsManagement/alerts/${guid}`,
    properties: {
      context,
      egressConfig: {},
      essentials: {
        severity: "Sev2",
        signalType: "Metric",
        alertState,
        monitorCondition,
        monitorService: "Platform",
        alertRule: `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop/providers/microsoft.insights/metricAlerts/${rule}`,
        sourceCreatedId: "6cd6b2ce-8c54-468f-aff0-9d12aebb7e49",
        smartGroupId: "23d6b2ce-8c54-468f-aff0-7d32aebb7e56",
        targetResource: resource.toLowerCase(),
        targetResourceName: "shop",
        targetResourceGroup: "shop",
        targetResourceType: "flexibleservers",
        actionStatus: { isSuppressed: false },
        startDateTime: startedAt,
        lastModifiedDateTime: startedAt,
        lastModifiedUserName: "System",
        description: "",
      },
    },
  };
}
