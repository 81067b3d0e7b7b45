import { z } from "zod";

/** Names and values of labels or annotations. */
const Labels = z.record(z.string(), z.string());
/** RFC 3339, with as many decimals and whatever offset the sender has. */
const Moment = z.iso.datetime({ offset: true });

/** One alert of a group. Grafana took the form over, so that both sources have it. */
export const GroupedAlert = z.looseObject({
  status: z.enum(["firing", "resolved"]),
  labels: Labels,
  annotations: Labels,
  startsAt: Moment,
  /** The year 1 while the alert fires. */
  endsAt: Moment,
  /** Follows from the labels: alerts with the same labels have the same one. */
  fingerprint: z.string().min(1).max(128),
});
export type GroupedAlert = z.infer<typeof GroupedAlert>;

/**
 * What Alertmanager posts to a webhook, version 4: a group of alerts, which need not be in the same state.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
export const AlertmanagerWebhook = z.looseObject({
  version: z.literal("4"),
  groupKey: z.string(),
  /** How many alerts the receiver's `max_alerts` left out; older versions do not say. */
  truncatedAlerts: z.number().int().nonnegative().default(0),
  status: z.enum(["firing", "resolved"]),
  receiver: z.string(),
  groupLabels: Labels,
  commonLabels: Labels,
  commonAnnotations: Labels,
  externalURL: z.string(),
  alerts: z.array(GroupedAlert).min(1),
});
export type AlertmanagerWebhook = z.infer<typeof AlertmanagerWebhook>;
