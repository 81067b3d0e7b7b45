import { z } from "zod";
import { Severity } from "./primitives.ts";

/** Azure Monitor's common alert schema, read as strictly as its documentation allows and no stricter: fields may be added. */
const Essentials = z.looseObject({
  alertId: z.string().min(1).max(1024),
  alertRule: z.string().min(1).max(512),
  alertRuleId: z.string().optional(),
  severity: Severity,
  signalType: z.string(),
  monitorCondition: z.enum(["Fired", "Resolved"]),
  monitoringService: z.string(),
  alertTargetIDs: z.array(z.string().min(1)).min(1),
  originAlertId: z.string().optional(),
  firedDateTime: z.iso.datetime({ offset: true }),
  resolvedDateTime: z.iso.datetime({ offset: true }).optional(),
  description: z.string().nullish(),
  essentialsVersion: z.string(),
  alertContextVersion: z.string(),
});

const Dimensions = z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish();

const MetricCriterion = z.looseObject({
  metricName: z.string().min(1),
  metricNamespace: z.string().nullish(),
  operator: z.string(),
  // A string in Azure's payloads, though it holds a number.
  threshold: z.union([z.string(), z.number()]).nullish(),
  timeAggregation: z.string(),
  dimensions: Dimensions,
  metricValue: z.number().nullish(),
});
const MetricContext = z.looseObject({
  conditionType: z.string(),
  condition: z.looseObject({ windowSize: z.string(), allOf: z.array(MetricCriterion).min(1) }),
});

const LogCriterion = z.looseObject({
  searchQuery: z.string(),
  operator: z.string().nullish(),
  threshold: z.union([z.string(), z.number()]).nullish(),
  timeAggregation: z.string().nullish(),
  dimensions: Dimensions,
  metricValue: z.number().nullish(),
});
const LogContext = z.looseObject({
  conditionType: z.string(),
  condition: z.looseObject({ windowSize: z.string().nullish(), allOf: z.array(LogCriterion).min(1) }),
});
const LogV1Context = z.looseObject({
  SearchQuery: z.string(),
  Threshold: z.number().nullish(),
  ResultCount: z.number().nullish(),
});
const ActivityContext = z.looseObject({ operationName: z.string(), status: z.string(), eventSource: z.string() });

/** `monitoringService` decides the shape of the context; a service that is not listed is accepted with any context. */
const CONTEXTS: Record<string, z.ZodType> = {
  Platform: MetricContext,
  "Log Analytics": LogV1Context,
  "Application Insights": LogV1Context,
  "Log Alerts V2": LogContext,
  "Activity Log - Administrative": ActivityContext,
  "Activity Log - Policy": ActivityContext,
  "Activity Log - Autoscale": ActivityContext,
  "Activity Log - Security": ActivityContext,
  ServiceHealth: ActivityContext,
  "Resource Health": ActivityContext,
};

/** A fired or resolved alert as an action group posts it with the common alert schema enabled. */
export const CommonAlert = z
  .looseObject({
    schemaId: z.literal("azureMonitorCommonAlertSchema"),
    data: z.looseObject({
      essentials: Essentials,
      alertContext: z.looseObject({}).nullish(),
      customProperties: z.record(z.string(), z.unknown()).nullish(),
    }),
  })
  .superRefine(({ data }, issues) => {
    const context = CONTEXTS[data.essentials.monitoringService];
    const parsed = context?.safeParse(data.alertContext);
    for (const issue of parsed?.error?.issues ?? []) {
      issues.addIssue({ code: "custom", message: issue.message, path: ["data", "alertContext", ...issue.path] });
    }
  });
export type CommonAlert = z.infer<typeof CommonAlert>;

/** The first metric condition of an alert; null for log, activity and health alerts. */
export function metricCondition(
  alert: CommonAlert,
): { metric: string; value: number | null; threshold: number | null } | null {
  const parsed = MetricContext.safeParse(alert.data.alertContext);
  const first = parsed.data?.condition.allOf[0];
  if (first === undefined) return null;
  const threshold = Number(first.threshold ?? Number.NaN);
  return {
    metric: first.metricName,
    value: first.metricValue ?? null,
    threshold: Number.isFinite(threshold) ? threshold : null,
  };
}
