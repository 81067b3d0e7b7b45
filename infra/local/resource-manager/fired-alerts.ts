// The list of alerts that Azure's AlertsManagement gives for a server: what the monitor has fired and not resolved.
import type { FiredAlert } from "../monitor/alert-state.ts";
import { payloadOf, type Target } from "../monitor/payload.ts";
import type { AlertRule } from "../monitor/rules.ts";

/** A rule that is fired, with its figure now. */
export type Fired = { rule: AlertRule; alert: FiredAlert; value: number; threshold: number };

/** The answer for `GET {resourceId}/providers/Microsoft.AlertsManagement/alerts`. */
export const alertList = (target: Target, fired: readonly Fired[]) => ({
  value: fired.map((one) => listed(target, one)),
});

function listed(target: Target, { rule, alert, value, threshold }: Fired) {
  const { essentials, alertContext } = payloadOf({ rule, target, alert, value, threshold }).data;
  const resource = target.resourceId.toLowerCase();
  return {
    id: `${resource}/providers/Microsoft.AlertsManagement/alerts/${alert.alertId.split("/").at(-1) ?? ""}`,
    name: rule.name,
    type: "Microsoft.AlertsManagement/alerts",
    properties: {
      context: alertContext,
      egressConfig: {},
      essentials: {
        severity: essentials.severity,
        signalType: essentials.signalType,
        alertState: "New",
        monitorCondition: "Fired",
        monitorService: essentials.monitoringService,
        alertRule: essentials.alertRuleId,
        sourceCreatedId: alert.originAlertId,
        targetResource: resource,
        targetResourceName: target.name.toLowerCase(),
        targetResourceGroup: target.resourceGroup.toLowerCase(),
        targetResourceType: "flexibleservers",
        actionStatus: { isSuppressed: false },
        startDateTime: alert.firedAt,
        lastModifiedDateTime: alert.firedAt,
        description: rule.description,
      },
    },
  };
}
