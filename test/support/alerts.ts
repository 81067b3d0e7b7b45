/** A metric alert of PostgreSQL Flexible Server as Azure Monitor posts it; give what matters to the test. */
export type AlertWish = {
  alertId?: string;
  rule?: string;
  metric?: string;
  value?: number | null;
  condition?: "Fired" | "Resolved";
  target?: string;
  severity?: string;
};

export const SHOP_RESOURCE =
  "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/Microsoft.DBforPostgreSQL/flexibleServers/shop";

export function anAlert(wish: AlertWish = {}) {
  const { alertId = "alert-1", rule = "cpu-high", metric = "cpu_percent", value = 93.5, condition = "Fired" } = wish;
  const { target = SHOP_RESOURCE, severity = "Sev2" } = wish;
  return {
    schemaId: "azureMonitorCommonAlertSchema",
    data: {
      essentials: {
        alertId: `/subscriptions/00000000-0000-0000-0000-000000000000/providers/Microsoft.AlertsManagement/alerts/${alertId}`,
        alertRule: rule,
        severity,
        signalType: "Metric",
        monitorCondition: condition,
        monitoringService: "Platform",
        alertTargetIDs: [target.toLowerCase()],
        configurationItems: ["shop"],
        originAlertId: `origin-${alertId}`,
        firedDateTime: "2026-11-20T09:30:00.1234567Z",
        ...(condition === "Resolved" ? { resolvedDateTime: "2026-11-20T09:45:00.7654321Z" } : {}),
        description: "",
        essentialsVersion: "1.0",
        alertContextVersion: "1.0",
      },
      alertContext: {
        properties: null,
        conditionType: "SingleResourceMultipleMetricCriteria",
        condition: {
          windowSize: "PT5M",
          allOf: [
            {
              metricName: metric,
              metricNamespace: "Microsoft.DBforPostgreSQL/flexibleServers",
              operator: "GreaterThan",
              threshold: "80",
              timeAggregation: "Average",
              dimensions: [],
              metricValue: value,
            },
          ],
          windowStartTime: "2026-11-20T09:24:00Z",
          windowEndTime: "2026-11-20T09:29:00Z",
        },
      },
      customProperties: null,
    },
  };
}
