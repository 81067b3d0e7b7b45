import { z } from "zod";
import type { Session } from "../../shared/adapters/postgres.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import { Id } from "../../shared/contracts/primitives.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import type { TypedAction } from "../../shared/contracts/actions.ts";
import { type Look, look } from "../../shared/execution/look.ts";
import { watchedServers } from "../database.ts";
import { services } from "../services.ts";
import { theServer } from "./subject.ts";

const Stamp = z.strictObject({ incidentId: Id, stamp: z.string() });
const stampId = ({ runId }: Run, action: TypedAction): string => `stamp-${runId}-${action.kind}`;

/** The name that sessions of a run carry while they carry something out. At most 63 bytes, which is what PostgreSQL keeps. */
export const applicationNameOf = ({ runId }: Run): string => `pgmedic/${runId}`.slice(0, 63);

/** Works with the run's server as the investigator. */
export async function asInvestigatorOf<T>(run: Run, work: (session: Session) => Promise<T>): Promise<T> {
  const purpose = { server: await theServer(run), applicationName: `${applicationNameOf(run)}/look` };
  return watchedServers().asInvestigator(purpose, work);
}

/** How an action stands in its server now, counted from the run's own first attempt at it. */
export async function lookAt(run: Run, action: TypedAction): Promise<Look> {
  const server = await theServer(run);
  const kept = await services().incidents.kept(run.incidentId, stampId(run, action), Stamp);
  const readResource = () => services().platform.readResource(server.resourceId);
  const since = { application: applicationNameOf(run), stamp: kept?.stamp ?? null, readResource };
  return asInvestigatorOf(run, (session) => look(session, server, action, since));
}

/** Keeps what an action's target looked like before the first attempt: VACUUM and ANALYZE leave only counts behind. */
export async function keepStamp(run: Run, action: TypedAction, { stamp }: Look): Promise<void> {
  await services().incidents.keepOnce(run.incidentId, stampId(run, action), { stamp });
}

/** The advisory lock that keeps a second executor off the same target. */
export const lockTargetOf = (run: Run, { blastRadius }: Pick<ProposedAction, "blastRadius">): string =>
  `pgmedic/${run.serverId}/${blastRadius.relation}`;
