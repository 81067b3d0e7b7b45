import type { AlertAnswer } from "../shared/contracts/api.ts";
import { type AlertDigest, type Incident, isClosed } from "../shared/contracts/incident.ts";
import { correlationKeyOf, incidentIdOf, openedBy } from "../shared/core/alert-reading.ts";
import { noted } from "../shared/core/incident-state.ts";
import { ownEntry } from "../shared/core/incident-writes.ts";
import { services } from "./services.ts";

/** One open incident per server and kind of alert: opens it, or attaches the alert to the one that is open. */
export async function correlate(alert: AlertDigest, serverId: string): Promise<AlertAnswer> {
  const { incidents, servers, outbox, now } = services();
  const incidentId = incidentIdOf(serverId, alert);
  const correlationKey = correlationKeyOf(serverId, alert);
  const candidate = { serverId, incidentId, correlationKey };
  for (;;) {
    const open = await servers.openIncident(candidate);
    if (open.value.incidentId === incidentId) break;
    const other = await incidents.read(open.value.incidentId);
    if (other !== null && !isClosed(other.state)) return attach(alert, other, now());
    // The open key outlived its incident: a close that was killed before its last write.
    if ((await servers.replaceOpen(candidate, open.etag)) === "replaced") break;
  }
  await incidents.create(openedBy(alert, serverId, now()));
  await outbox.tryRelay(incidentId);
  return { incidentId, disposition: "opened" };
}

async function attach(alert: AlertDigest, { incidentId }: Incident, now: Date): Promise<AlertAnswer> {
  await services().incidents.change(incidentId, (incident) => {
    if (incident.alerts.some(({ alertId }) => alertId === alert.alertId)) return null;
    return noted(
      { ...incident, alerts: [...incident.alerts, alert] },
      ownEntry("alert", `${alert.rule} fired again: attached.`, now),
    );
  });
  return { incidentId, disposition: "attached" };
}
