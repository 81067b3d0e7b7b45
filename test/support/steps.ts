// The steps of a run in this very process, upon real documents and, where a test asks for it, a real PostgreSQL.
import { propose } from "../../functions/activities/propose.ts";
import { remedyId } from "../../functions/activities/subject.ts";
import { type Services, services } from "../../functions/services.ts";
import { COSMOS_KEY, startCosmos } from "../../infra/local/cosmos/server.ts";
import type { TypedAction } from "../../shared/contracts/actions.ts";
import type { Remedy } from "../../shared/contracts/remedy.ts";
import type { Server } from "../../shared/contracts/server.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { aDiagnosis, anIncident, ANN, NOW } from "./incidents.ts";
import { startCluster } from "./postgres.ts";
import { temporaryFolder } from "./process.ts";

/** Starts the documents. The services of this very process are set to them, so one test file has one of these. */
export async function startDocuments(): Promise<Services & { stopAll: () => Promise<void> }> {
  const folder = temporaryFolder();
  const cosmos = await startCosmos({ port: 0, stateFolder: folder.path });
  Object.assign(process.env, { COSMOS_ENDPOINT: cosmos.endpoint, COSMOS_KEY });
  const stopAll = async (): Promise<void> => {
    await cosmos.stop();
    folder.remove();
  };
  return { ...services(), stopAll };
}

/** Starts the documents and a watched server with a database of its own. */
export async function startShop(settings: Record<string, string> = {}) {
  const documents = await startDocuments();
  const cluster = await startCluster(settings);
  const database = await cluster.createDatabase();
  process.env["SHOP_URL"] = cluster.url(database.name);
  await documents.servers.put(aServer());
  const stopAll = async (): Promise<void> => {
    await cluster.stop();
    await documents.stopAll();
  };
  return {
    ...documents,
    database,
    url: cluster.url(database.name),
    setSwitch: (on: boolean) =>
      documents.system.changeAutonomy(({ phase }) => ({ phase, killSwitch: { on, by: null, at: null } })),
    /** Takes the server from whoever has it. */
    freeServer: () =>
      documents.servers.changeLock("shop", (state) => ({ next: { ...state, holder: null }, answer: null })),
    stopAll,
  };
}

export const aServer = (wish: Partial<Server> = {}): Server => ({
  serverId: "shop",
  displayName: "shop",
  resourceId: "/shop",
  environment: "production",
  tier: "standard",
  enabled: true,
  vCores: 1,
  mayScale: false,
  detection: true,
  schemas: ["public"],
  connection: { kind: "url", urlSetting: "SHOP_URL" },
  registeredAt: NOW.toISOString(),
  ...wish,
});

const DIAGNOSIS = aDiagnosis();

let count = 0;

/** An incident whose investigation found this action; its run has proposed nothing yet. */
export async function aRunThatFound(action: TypedAction): Promise<Run> {
  const { incidents } = services();
  count += 1;
  const incidentId = `inc-${count}`;
  const run = { incidentId, serverId: "shop", runId: `${incidentId}-r1` };
  const opened = { ...run, correlationKey: `open:${count}`, state: "investigating", diagnosis: DIAGNOSIS } as const;
  await incidents.create(anIncident({ ...opened, outbox: [], updatedAt: new Date().toISOString() }));
  const remedy: Omit<Remedy, "incidentId"> = {
    cause: "hot_update_failure",
    database: "shop",
    action,
    note: "",
    estimatedBytes: 0,
    writesPerSecond: 0,
    targets: [],
    figures: null,
    // Read over an interval only: nothing of it is asked at a moment.
    judgedBy: { basis: "measure", measure: { name: "requested_checkpoints" }, from: 9, goal: 1, direction: "falls" },
  };
  await incidents.keepOnce(incidentId, remedyId(run, DIAGNOSIS), remedy);
  return run;
}

/** A run whose proposal a person approved. */
export async function anApprovedRun(action: TypedAction): Promise<Run> {
  const { incidents } = services();
  const run = await aRunThatFound(action);
  await propose({ ...run, round: 1 });
  await incidents.change(run.incidentId, (incident) => {
    if (incident.proposal === null) throw new Error("nothing was proposed");
    const { proposalId, hash: proposalHash } = incident.proposal;
    const said = { verdict: "approve", instructionId: null, decisionId: "dec-1", by: ANN, reason: null } as const;
    return { ...incident, decision: { ...said, proposalId, proposalHash, decidedAt: new Date().toISOString() } };
  });
  return run;
}
