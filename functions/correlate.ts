import type { AlertAnswer } from "../shared/contracts/api.ts";
import { type AlertDigest, type Incident, isClosed } from "../shared/contracts/incident.ts";
import { correlationKeyOf, incidentIdOf, openedBy } from "../shared/core/alert-reading.ts";
import { withAlert } from "../shared/core/attached-alerts.ts";
import { services } from "./services.ts";

/**
 * One open incident per server and kind of alert: opens it, or attaches the alert to the one that is open. Whoever writes the open key
 * decides which incident that is; everybody else makes sure that it exists before going on, since its claimant may have been killed.
 */
export async function correlate(alert: AlertDigest, serverId: string): Promise<AlertAnswer> {
  const { incidents, alerts, outbox, now } = services();
  const incidentId = incidentIdOf(serverId, alert);
  const candidate = { serverId, incidentId, correlationKey: correlationKeyOf(serverId, alert), alert };
  for (;;) {
    const { value: open, etag } = await alerts.openIncident(candidate);
    if ((await incidents.read(open.incidentId)) === null) await incidents.create(openedBy(open.alert, serverId, now()));
    const incident = await attach(alert, open.incidentId, now());
    const isOurs = open.incidentId === incidentId;
    if (!isClosed(incident.state)) {
      await outbox.tryRelay(open.incidentId);
      return { incidentId: open.incidentId, disposition: isOurs ? "opened" : "attached" };
    }
    if (isOurs) {
      // The same notification once more, after all was over.
      await alerts.closeOpen(candidate);
      return { incidentId, disposition: "opened" };
    }
    // The open key outlived its incident: a close that was killed before its last write.
    await alerts.replaceOpen(candidate, etag);
  }
}

/** Adds an alert to an incident. One that was closed meanwhile is left as it is. */
function attach(alert: AlertDigest, incidentId: string, now: Date): Promise<Incident> {
  return services().incidents.change(incidentId, (incident) => withAlert(incident, alert, now));
}
