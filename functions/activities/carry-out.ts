import { known } from "../../shared/catalogue/actions/index.ts";
import type { TypedAction } from "../../shared/contracts/actions.ts";
import type { ProposedAction } from "../../shared/contracts/proposal.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { MINUTE_MS } from "../../shared/core/time.ts";
import { runStatement, type StatementRun } from "../../shared/execution/run-statement.ts";
import { watchedServers } from "../database.ts";
import { services } from "../services.ts";
import { theServer } from "./subject.ts";
import { lastLook } from "./last-look.ts";
import { applicationNameOf, lockTargetOf } from "./target.ts";

/** An activity waits this long; what takes longer goes on in the server. */
const PATIENCE_MS = 4 * MINUTE_MS;

type Work = { name: string; statements: readonly string[]; owner: string | null; isDue: () => Promise<boolean> };

/** Sends an action's statements as the role that may, or asks the platform. A failure is a value: the catalog has the last word. */
export async function carryOut(run: Run, agreed: ProposedAction, work: Work): Promise<StatementRun> {
  const server = await theServer(run);
  const { actor } = known(agreed.action);
  const reasonToStop = () => lastLook(run);
  if (actor === "platform") return throughPlatform(agreed.action, server.resourceId, { ...work, reasonToStop });
  const purpose = { server, applicationName: applicationNameOf(run) };
  const owner = actor === "owner" ? work.owner : null;
  return watchedServers().asExecutor(purpose, (session) =>
    runStatement(session, { ...work, owner, reasonToStop, target: lockTargetOf(run, agreed), waitMs: PATIENCE_MS }),
  );
}

/**
 * Why an action of the platform must wait: an operation goes on, ours or another's. It must not cost an attempt, and while it restarts
 * the server there is nobody to look at. Null for every other action.
 */
export async function atWorkInAzure(run: Run, action: TypedAction): Promise<string | null> {
  if (known(action).actor !== "platform") return null;
  const { resourceId } = await theServer(run);
  const resource = await services().platform.readResource(resourceId);
  return resource === null || resource.state === "Ready" ? null : `Azure is at work on the server (${resource.state})`;
}

type PlatformWork = Pick<Work, "isDue"> & { reasonToStop: () => Promise<string | null> };

async function throughPlatform(
  action: TypedAction,
  resourceId: string,
  { isDue, reasonToStop }: PlatformWork,
): Promise<StatementRun> {
  const { platform } = services();
  const because = (await reasonToStop()) ?? ((await isDue()) ? await reasonToStop() : undefined);
  if (because === undefined) return { outcome: "done" };
  if (because !== null) return { outcome: "stopped", because };
  const { kind, parameters } = action;
  if (kind === "set_server_parameter") return platform.setServerParameter({ resourceId, ...parameters });
  if (kind === "scale_compute") return platform.changeSize({ resourceId, sku: parameters.to });
  if (kind === "grow_storage") return platform.changeSize({ resourceId, storageGiB: parameters.toGiB });
  throw new Error(`the platform does not carry out ${kind}`);
}
