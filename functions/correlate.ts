import type { AlertAnswer } from "../shared/contracts/api.ts";
import { type AlertDigest, type Incident, isClosed } from "../shared/contracts/incident.ts";
import { correlationKeyOf, incidentIdOf, loadKeyOf, openedBy } from "../shared/core/alert-reading.ts";
import { withAlert } from "../shared/core/attached-alerts.ts";
import { foldsInto, tellsOfLoad } from "../shared/core/folded-alerts.ts";
import { services } from "./services.ts";

/**
 * Opens an incident for an alert, or attaches it to one that is open: to that of its kind, or while nothing is known yet to that of the
 * server's load. An overloaded server shows it in several alerts at once, which are one incident.
 */
export async function correlate(alert: AlertDigest, serverId: string): Promise<AlertAnswer> {
  const { alerts, now } = services();
  if (!tellsOfLoad(alert) || (await alerts.hasOpen(correlationKeyOf(serverId, alert)))) return alone(alert, serverId);
  const correlationKey = loadKeyOf(serverId);
  const folded = await claimed({ alert, serverId, correlationKey }, (open) => foldsInto(open, alert, now()));
  return folded ?? alone(alert, serverId);
}

/** The same with alerts of its own kind only. */
export async function alone(alert: AlertDigest, serverId: string): Promise<AlertAnswer> {
  const correlationKey = correlationKeyOf(serverId, alert);
  const answer = await claimed({ alert, serverId, correlationKey }, () => true);
  if (answer === null) throw new Error(`an incident refused an alert of its own kind, ${alert.alertId}`);
  return answer;
}

type Claim = { alert: AlertDigest; serverId: string; correlationKey: string };

/**
 * One open incident per open key. Whoever writes the key decides which incident that is; everybody else makes sure that it exists before going
 * on, since its claimant may have been killed. Null when that incident does not take the alert.
 */
async function claimed(claim: Claim, takes: (open: Incident) => boolean): Promise<AlertAnswer | null> {
  const { incidents, alerts, outbox, now } = services();
  const { alert, serverId, correlationKey } = claim;
  const incidentId = incidentIdOf(serverId, alert);
  const candidate = { serverId, incidentId, correlationKey, alert };
  for (;;) {
    const { value: open, etag } = await alerts.openIncident(candidate);
    if ((await incidents.read(open.incidentId)) === null)
      await incidents.create(openedBy(open.alert, serverId, now(), correlationKey));
    // One that was closed meanwhile is left as it is.
    let isTaken = false;
    const incident = await incidents.change(open.incidentId, (current) => {
      isTaken = current.alerts.some(({ alertId }) => alertId === alert.alertId) || takes(current);
      return isTaken ? withAlert(current, alert, now()) : null;
    });
    const isOurs = open.incidentId === incidentId;
    if (!isClosed(incident.state)) {
      await outbox.tryRelay(open.incidentId);
      if (!isTaken) return null;
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
