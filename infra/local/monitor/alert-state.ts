// Azure Monitor's stateful metric alerts: one rule fires once, and resolves after three healthy checks in a row.
import { z } from "zod";

const HEALTHY_CHECKS_TO_RESOLVE = 3;

/** The alert of a rule while it is fired; times are ISO 8601. */
export const FiredAlert = z.strictObject({
  alertId: z.string(),
  originAlertId: z.string(),
  firedAt: z.string(),
  healthyChecks: z.number().int().nonnegative(),
});
export type FiredAlert = z.infer<typeof FiredAlert>;

export type Check = { isViolated: boolean; at: string; newIds: () => { alertId: string; originAlertId: string } };
export type Step =
  | { event: "none"; alert: FiredAlert | undefined }
  | { event: "fired"; alert: FiredAlert }
  | { event: "resolved"; alert: FiredAlert };

/** The next state of a rule after one check. After `resolved` there is no alert any more. */
export function afterCheck(alert: FiredAlert | undefined, check: Check): Step {
  if (alert === undefined) {
    if (!check.isViolated) return { event: "none", alert };
    return { event: "fired", alert: { ...check.newIds(), firedAt: check.at, healthyChecks: 0 } };
  }
  const healthyChecks = check.isViolated ? 0 : alert.healthyChecks + 1;
  const event = healthyChecks >= HEALTHY_CHECKS_TO_RESOLVE ? "resolved" : "none";
  return { event, alert: { ...alert, healthyChecks } };
}
