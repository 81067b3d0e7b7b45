// The alert rules, defined once for Azure (Bicep reads the same file) and for this monitor.
import { z } from "zod";
import definitions from "../../alert-rules.json" with { type: "json" };

// Azure accepts these lengths only: Microsoft.Insights/metricAlerts, windowSize and evaluationFrequency.
const Window = z.enum(["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"]);
const Frequency = z.enum(["PT1M", "PT5M", "PT15M", "PT30M", "PT1H"]);
export const Aggregation = z.enum(["Average", "Maximum", "Minimum", "Total"]);
export type Aggregation = z.infer<typeof Aggregation>;

const Definition = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9-]+$/),
    description: z.string(),
    severity: z.number().int().min(0).max(4),
    metricNamespace: z.string(),
    metricName: z.string(),
    timeAggregation: Aggregation,
    operator: z.enum(["GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"]),
    threshold: z.number().optional(),
    /** In place of a number: a share of another metric, since Azure's rules know no ratios. Bicep computes it at deployment. */
    thresholdPercentOf: z.strictObject({ metricName: z.string(), percent: z.number().int() }).optional(),
    windowSize: Window,
    evaluationFrequency: Frequency,
  })
  .refine((rule) => (rule.threshold === undefined) !== (rule.thresholdPercentOf === undefined), {
    message: "give either threshold or thresholdPercentOf",
  });
export type AlertRule = z.infer<typeof Definition>;

export const alertRules: readonly AlertRule[] = z.array(Definition).parse(definitions);

/** Minutes of an ISO 8601 duration such as PT5M, PT1H or P1D. */
export function minutesOf(duration: string): number {
  return secondsOf(duration) / 60;
}

/** Seconds of an ISO 8601 duration; NaN when it is none. */
export function secondsOf(duration: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration);
  if (parts === null || duration === "P" || duration.endsWith("T")) return Number.NaN;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return days * 86_400 + hours * 3_600 + minutes * 60 + seconds;
}

/** Whether a value breaks the rule. */
export function isViolated(rule: AlertRule, value: number, threshold: number): boolean {
  switch (rule.operator) {
    case "GreaterThan":
      return value > threshold;
    case "GreaterThanOrEqual":
      return value >= threshold;
    case "LessThan":
      return value < threshold;
    case "LessThanOrEqual":
      return value <= threshold;
  }
}
