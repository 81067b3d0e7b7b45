import { causeOf } from "../shared/contracts/diagnosis.ts";
import type { AlertDigest, Incident } from "../shared/contracts/incident.ts";
import type { Playbook } from "../shared/contracts/playbook.ts";
import { noted } from "../shared/core/incident-state.ts";
import { foldedIn, nameOf } from "../shared/core/folded-alerts.ts";
import { ownEntry } from "../shared/core/incident-writes.ts";
import { choosePlaybook } from "../shared/core/playbook-choice.ts";
import { canExplain } from "../shared/investigation/decide.ts";
import { alone } from "./correlate.ts";
import { knownPlaybooks } from "./known-playbooks.ts";
import { services } from "./services.ts";

/**
 * Gives alerts of the server that were folded into an incident one of their own, where its diagnosis does not explain them or there will be none.
 * None of them is folded in after the diagnosis is written, so that whoever repeats this finds the same alerts and opens the same incidents.
 */
export async function openUnexplained(incident: Incident): Promise<void> {
  const alerts = foldedIn(incident);
  const playbooks = alerts.length === 0 ? new Map<string, Playbook>() : await knownPlaybooks();
  for (const alert of alerts) {
    if (isExplained(incident, alert, playbooks)) continue;
    if (alert.service !== undefined) {
      // A second look at the same server would say the same: the service's trouble comes from elsewhere.
      await noteOwn(incident.incidentId, `${nameOf(alert)} is not explained by this server.`);
      continue;
    }
    const { incidentId } = await alone(alert, incident.serverId);
    await noteOwn(incident.incidentId, `${alert.rule} is not explained by this: see ${incidentId}.`);
  }
}

function isExplained({ diagnosis }: Incident, alert: AlertDigest, playbooks: ReadonlyMap<string, Playbook>): boolean {
  const cause = causeOf(diagnosis);
  const symptom = choosePlaybook(playbooks, alert)?.symptom;
  return cause !== null && symptom !== undefined && canExplain(cause, symptom);
}

async function noteOwn(incidentId: string, text: string): Promise<void> {
  const { incidents, now } = services();
  await incidents.change(incidentId, (incident) =>
    incident.timeline.some((line) => line.text === text) ? null : noted(incident, ownEntry("note", text, now())),
  );
}
