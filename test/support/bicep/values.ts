// Values that an expression has before anything is deployed.
import type { TypeNode } from "./type-tree.ts";

const RUNTIME = Symbol("runtime");
const REFERENCE = Symbol("reference");
const SCOPE = Symbol("scope");

/** What only Azure knows: a path such as `identity.properties.principalId`, its type if known, and its value where we set it ourselves. */
export type Runtime = { readonly [RUNTIME]: true; runtime: string; known: unknown; tree: TypeNode | undefined };

/** Where something is deployed to. */
export type DeploymentScope =
  | { [SCOPE]: true; kind: "subscription"; id: string }
  | { [SCOPE]: true; kind: "resourceGroup"; id: string; name: string };

/** A resource or module that an expression names. */
export type Referable = {
  symbol: string;
  isDeployed: boolean;
  member: (name: string) => unknown;
};
export type Reference = { [REFERENCE]: true; to: Referable };

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
export const isRuntime = (value: unknown): value is Runtime => isObject(value) && RUNTIME in value;
export const isReference = (value: unknown): value is Reference => isObject(value) && REFERENCE in value;
export const isScope = (value: unknown): value is DeploymentScope => isObject(value) && SCOPE in value;
export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !Array.isArray(value) && !isRuntime(value) && !isReference(value);

export const runtimeOf = (runtime: string, known?: unknown, tree?: TypeNode): Runtime => ({
  [RUNTIME]: true,
  runtime,
  known,
  tree,
});
export const referenceTo = (to: Referable): Reference => ({ [REFERENCE]: true, to });

const SUBSCRIPTION = "00000000-0000-4000-8000-000000000000";
export const subscriptionScope = (id = SUBSCRIPTION): DeploymentScope => ({
  [SCOPE]: true,
  kind: "subscription",
  id: `/subscriptions/${id}`,
});
export const groupScope = (name: string, subscription = `/subscriptions/${SUBSCRIPTION}`): DeploymentScope => ({
  [SCOPE]: true,
  kind: "resourceGroup",
  id: `${subscription}/resourceGroups/${name}`,
  name,
});

/** A value as a person reads it in a problem. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (isRuntime(value)) return value.known === undefined ? `<${value.runtime}>` : textOf(value.known);
  if (isReference(value)) return `<${value.to.symbol}>`;
  return JSON.stringify(value) ?? "undefined";
}

/** Whether anything in a value is known in Azure only. */
export function hasRuntime(value: unknown): boolean {
  if (isRuntime(value)) return true;
  if (Array.isArray(value)) return value.some(hasRuntime);
  return isPlainObject(value) && Object.values(value).some(hasRuntime);
}

/** A value as a module gets it: at its start everything is known, if not to us. */
export function settled(value: unknown): unknown {
  if (isRuntime(value)) {
    if (value.known !== undefined) return settled(value.known);
    const stand: Record<string, unknown> = { int: 0, bool: true };
    return stand[value.tree?.type ?? ""] ?? `<${value.runtime}>`;
  }
  if (Array.isArray(value)) return value.map(settled);
  if (isPlainObject(value) && !isScope(value))
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, settled(child)]));
  return value;
}
