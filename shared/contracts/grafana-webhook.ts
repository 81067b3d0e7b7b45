import { z } from "zod";
import { AlertmanagerWebhook, GroupedAlert } from "./alertmanager-webhook.ts";

/** An alert of Grafana: what the expressions of its rule came to, by their letters, besides what Alertmanager's has. */
const GrafanaAlert = GroupedAlert.extend({
  // Null where a rule has no data, and not there before Grafana 9.
  values: z.record(z.string(), z.number().nullable()).nullish(),
});
export type GrafanaAlert = z.infer<typeof GrafanaAlert>;

/**
 * What Grafana's unified alerting posts to a webhook contact point without a payload template of its own.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
export const GrafanaWebhook = AlertmanagerWebhook.extend({
  // Documented as a text, with "1" as the example.
  version: z.string(),
  orgId: z.number().int(),
  alerts: z.array(GrafanaAlert).min(1),
});
export type GrafanaWebhook = z.infer<typeof GrafanaWebhook>;
