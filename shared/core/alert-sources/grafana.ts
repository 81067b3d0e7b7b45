import type { GrafanaAlert, GrafanaWebhook } from "../../contracts/grafana-webhook.ts";
import type { ReceivedAlert } from "../../contracts/received-alert.ts";
import { readGrouped } from "./grouped.ts";

/** The alerts of a group that Grafana posted, each on its own, in the group's order. */
export const readGrafana = ({ alerts }: GrafanaWebhook): ReceivedAlert[] =>
  alerts.map((alert) => {
    const read = readGrouped("grafana", alert);
    return { ...read, value: read.value ?? measured(alert.values) };
  });

/**
 * What the rule measured. Its condition comes to 0 or 1, and its query and their reduction to the figure itself: the one figure that is
 * neither is certain, of several nobody knows which one it was about.
 */
function measured(values: GrafanaAlert["values"]): number | null {
  const figures = new Set(Object.values(values ?? {}).filter((value) => value !== null && value !== 0 && value !== 1));
  const [figure] = figures;
  return figures.size === 1 && figure !== undefined ? figure : null;
}
