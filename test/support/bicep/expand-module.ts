// One module declaration as the deployments that it makes.
import { type Module, readProgram } from "./program.ts";
import { bodiesOf, type Body, type Given, referencesTo, type Stage } from "./stage.ts";
import {
  groupScope,
  isPlainObject,
  isReference,
  isScope,
  type Referable,
  runtimeOf,
  settled,
  textOf,
} from "./values.ts";

export function expandModule(stage: Stage, module: Module): unknown {
  const { isList, bodies } = bodiesOf(module.body, stage.around);
  return referencesTo(
    isList,
    bodies.map((body) => deployed(stage, module, body)),
  );
}

function deployed(stage: Stage, module: Module, body: Body): Referable {
  const symbol = module.name;
  if (!body.isDeployed) {
    const member = (name: string): never => {
      throw new Error(`${symbol}.${name} is read, but ${symbol} is not deployed`);
    };
    return { symbol, isDeployed: false, member };
  }
  const given = settled(body.entry("params") ?? {});
  if (!isPlainObject(given)) throw new Error("params must be an object");
  const program = readProgram(module.path, stage.everything.texts);
  const outputs = stage.everything.open(program, placeOf(stage, body), withoutNulls(given));
  const tree = {
    type: "object" as const,
    properties: Object.fromEntries(Object.keys(outputs).map((name) => [name, {}])),
  };
  const member = (name: string): unknown => {
    if (name !== "outputs") throw new Error(`a module has no ${name}`);
    return runtimeOf(`${symbol}.outputs`, outputs, { ...tree, additionalProperties: undefined });
  };
  return { symbol, isDeployed: true, member };
}

const withoutNulls = (given: Record<string, unknown>): Given =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));

function placeOf({ scope }: Stage, body: Body) {
  const target = body.entry("scope");
  if (target === undefined) return scope;
  if (isScope(target)) return target;
  if (isReference(target))
    return groupScope(textOf(target.to.member("name")), scope.id.split("/").slice(0, 3).join("/"));
  throw new Error(`a module's scope is a resource group: ${textOf(target)}`);
}
