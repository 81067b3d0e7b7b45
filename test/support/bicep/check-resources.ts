// Every resource of a deployment against the property tree of its type.
import type { Problem } from "./source.ts";
import type { Instance } from "./stage.ts";
import { breaches, type ResourceTypes } from "./type-tree.ts";

const BICEP_ALONE = new Set(["parent", "scope", "dependsOn"]);

/** Types, versions, places and properties of the resources that would be deployed. */
export function resourceProblems(instances: readonly Instance[], types: ResourceTypes): Problem[] {
  const made = new Set<string>();
  return instances.flatMap((instance) => {
    const { file, line, symbol, id, isDeployed, isExisting } = instance;
    const isSecond = isDeployed && !isExisting && made.has(id);
    if (isDeployed && !isExisting) made.add(id);
    if (isSecond) return [{ file, line, rule: "double-resource", message: `${symbol}: ${id} is deployed twice` }];
    return faultsOf(instance, types).map(({ rule, message }) => ({
      file,
      line,
      rule,
      message: `${symbol}: ${message}`,
    }));
  });
}

function faultsOf(instance: Instance, types: ResourceTypes): { rule: string; message: string }[] {
  const { type, apiVersion, isExisting, isDeployed, scopeKind, parentType } = instance;
  const tree = types.get(`${type}@${apiVersion}`);
  if (tree === undefined) {
    const versions = [...types.values()].filter((known) => known.type === type).map((known) => known.apiVersion);
    const message =
      versions.length === 0 ? `there is no type ${type}` : `${type} has ${versions.join(", ")}, not ${apiVersion}`;
    return [{ rule: versions.length === 0 ? "unknown-type" : "unknown-version", message }];
  }
  if (isExisting || !isDeployed) return [];
  const found = [];
  const isExtension = tree.writableScopes.includes("extension");
  if (instance.extends !== null && !isExtension)
    found.push({ rule: "scope", message: `${type} does not extend other resources` });
  if (instance.extends === null && parentType === null && !tree.writableScopes.includes(scopeKind))
    found.push({ rule: "scope", message: `${type} is not deployed to a ${scopeKind}` });
  const body = Object.fromEntries(Object.entries(instance.body()).filter(([name]) => !BICEP_ALONE.has(name)));
  return [...found, ...breaches(body, tree.body, "body")];
}
