import type { AlertmanagerWebhook } from "../../contracts/alertmanager-webhook.ts";
import type { ReceivedAlert } from "../../contracts/received-alert.ts";
import { readGrouped } from "./grouped.ts";

/** The alerts of a group that Alertmanager posted, each on its own, in the group's order. */
export const readAlertmanager = ({ alerts }: AlertmanagerWebhook): ReceivedAlert[] =>
  alerts.map((alert) => readGrouped("prometheus", alert));
