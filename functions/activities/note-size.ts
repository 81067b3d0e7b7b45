import type { TypedAction } from "../../shared/contracts/actions.ts";
import { computeSize } from "../../shared/contracts/compute-sizes.ts";
import type { Run } from "../../shared/contracts/steps.ts";
import { services } from "../services.ts";
import { theServer } from "./subject.ts";

/** How busy a server is goes by its registered vCores: after a change of the machine they are the new one's. Safe to repeat. */
export async function noteSize(run: Run, action: TypedAction): Promise<void> {
  if (action.kind !== "scale_compute") return;
  const size = computeSize(action.parameters.to);
  if (size === null || (await theServer(run)).vCores === size.vCores) return;
  await services().servers.change(run.serverId, (server) => ({ ...server, vCores: size.vCores }));
}
