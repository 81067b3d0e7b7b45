// What each app may do with each container of documents, as infra/ grants it.
import { deploymentOf } from "./installation.ts";
import { propertyOf } from "./rules.ts";
import { textOf } from "./values.ts";

export type DocumentRights = { reads: ReadonlySet<string>; writes: ReadonlySet<string> };

const WRITER = "00000000-0000-0000-0000-000000000002";
const READER = "00000000-0000-0000-0000-000000000001";

/** The containers that the identity of an app may read and write, in the deployment of a parameter file. */
export function documentRightsOf(parameterFile: string, zone: "ingest" | "api" | "runner"): DocumentRights {
  const held = deploymentOf(parameterFile)
    .instances.filter(({ type, isDeployed }) => type.endsWith("/sqlRoleAssignments") && isDeployed)
    .filter((right) => textOf(propertyOf(right, "principalId")).endsWith(`-${zone}.properties.principalId>`));
  const containersOf = (role: string): string[] =>
    held.flatMap((right) => {
      if (!textOf(propertyOf(right, "roleDefinitionId")).endsWith(role)) return [];
      return [textOf(propertyOf(right, "scope")).split("/colls/").at(-1) ?? ""];
    });
  const writes = containersOf(WRITER);
  return { writes: new Set(writes), reads: new Set([...writes, ...containersOf(READER)]) };
}
