import type { Diagnosis } from "../../shared/contracts/diagnosis.ts";
import type { Incident } from "../../shared/contracts/incident.ts";
import { Remedy } from "../../shared/contracts/remedy.ts";
import type { Server } from "../../shared/contracts/server.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { services } from "../services.ts";

/** The incident of a run. A run without one is a bug. */
export async function theIncident({ incidentId }: Pick<Run, "incidentId">): Promise<Incident> {
  const incident = await services().incidents.read(incidentId);
  if (incident === null) throw new Error(`there is no incident ${incidentId}`);
  return incident;
}

/** The server of a run. It may have been removed meanwhile: then no step can go on. */
export async function theServer({ serverId }: Pick<Run, "serverId">): Promise<Server> {
  const server = await services().servers.read(serverId);
  if (server === null) throw new Error(`the server ${serverId} is no longer registered`);
  return server;
}

/** A remedy belongs to one diagnosis: an investigation that was killed may have left another one behind. */
export const remedyId = ({ runId }: Run, { diagnosedAt }: Pick<Diagnosis, "diagnosedAt">): string =>
  `remedy-${runId}-${Date.parse(diagnosedAt)}`;

/** What the investigation of a run found as the remedy. */
export async function theRemedy(run: Run): Promise<Remedy> {
  const { incidentId, runId } = run;
  const { diagnosis } = await theIncident(run);
  const remedy = diagnosis && (await services().incidents.kept(incidentId, remedyId(run, diagnosis), Remedy));
  if (remedy === null) throw new Error(`the run ${runId} has no remedy`);
  return remedy;
}
