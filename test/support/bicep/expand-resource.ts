// One resource declaration as the resources that it makes.
import { BicepFault } from "./evaluate.ts";
import { bodiesOf, type Body, type Instance, referencesTo, type Stage } from "./stage.ts";
import type { Resource } from "./program.ts";
import type { TypeNode } from "./type-tree.ts";
import { isReference, isRuntime, isScope, type Referable, runtimeOf, textOf } from "./values.ts";

export function expandResource(stage: Stage, resource: Resource): unknown {
  const { isList, bodies } = bodiesOf(resource.body, stage.around);
  return referencesTo(
    isList,
    bodies.map((body) => {
      const instance = instanceOf(stage, resource, body);
      stage.everything.instances.push(instance);
      return referableOf(stage, instance);
    }),
  );
}

const byReferable = new WeakMap<Referable, Instance>();

function instanceOf({ program, scope }: Stage, resource: Resource, body: Body): Instance {
  const name = body.entry("name");
  const parent = instanceBehind(body.entry("parent"));
  const target = body.entry("scope");
  const extended = instanceBehind(target);
  const { type, apiVersion, isExisting, line } = resource;
  const placed = isScope(target) ? target : scope;
  let whole: Record<string, unknown> | undefined;
  return {
    file: program.source.file,
    line,
    symbol: resource.name,
    type,
    apiVersion,
    isExisting,
    isDeployed: body.isDeployed,
    name,
    id: idOf(resource, textOf(name), { parent, extended, base: placed.id }),
    parentType: parent?.type ?? null,
    extends: extended?.type ?? null,
    scopeKind: placed.kind,
    body: () => (whole ??= body.all()),
  };
}

function instanceBehind(value: unknown): Instance | null {
  return isReference(value) ? (byReferable.get(value.to) ?? null) : null;
}

type Place = { parent: Instance | null; extended: Instance | null; base: string };

function idOf({ type, line }: Resource, name: string, { parent, extended, base }: Place): string {
  if (parent !== null) {
    if (!type.startsWith(`${parent.type}/`) || type.slice(parent.type.length + 1).includes("/"))
      throw new BicepFault(line, "parent", `${type} cannot be a child of ${parent.type}`);
    return `${parent.id}/${type.split("/").at(-1)}/${name}`;
  }
  if (type === "Microsoft.Resources/resourceGroups") return `${base}/resourceGroups/${name}`;
  const [namespace, ...kinds] = type.split("/");
  const names = name.split("/");
  if (names.length !== kinds.length)
    throw new BicepFault(
      line,
      "name-segments",
      `${type} needs ${kinds.length} parts in its name, or a parent: ${name}`,
    );
  const path = kinds.map((kind, at) => `${kind}/${names[at]}`).join("/");
  return `${extended?.id ?? base}/providers/${namespace}/${path}`;
}

function referableOf({ everything }: Stage, instance: Instance): Referable {
  const tree = everything.types.get(`${instance.type}@${instance.apiVersion}`)?.body;
  const { symbol, isDeployed } = instance;
  const referable: Referable = { symbol, isDeployed, member: (name) => memberOf(instance, tree, name) };
  byReferable.set(referable, instance);
  return referable;
}

function memberOf(instance: Instance, tree: TypeNode | undefined, name: string): unknown {
  const { symbol, type, isDeployed, isExisting } = instance;
  // Known as soon as the name is, deployed or not.
  const early: Record<string, unknown> = { id: instance.id, name: instance.name, type };
  if (early[name] !== undefined) return early[name];
  if (!isDeployed) throw new Error(`${symbol}.${name} is read, but ${symbol} is not deployed`);
  const below = tree?.properties?.[name];
  if (tree?.properties !== undefined && below === undefined) throw new Error(`${type} has no property ${name}`);
  const known = isExisting ? undefined : instance.body()[name];
  return isRuntime(known) ? known : runtimeOf(`${symbol} ${textOf(instance.name)}.${name}`, known, below);
}
