// What a deployment consists of: every resource with its values, modules and loops followed, conditions decided.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { limitsBroken, misfits } from "./declared-types.ts";
import { BicepFault, evaluate, type Surroundings } from "./evaluate.ts";
import { expandModule } from "./expand-module.ts";
import { expandResource } from "./expand-resource.ts";
import { type Parameter, type Program, readProgram } from "./program.ts";
import type { Problem } from "./source.ts";
import type { Everything, Given, Instance, Stage } from "./stage.ts";
import type { ResourceTypes } from "./type-tree.ts";
import { type DeploymentScope, groupScope, subscriptionScope, textOf } from "./values.ts";

export type Deployment = { instances: Instance[]; outputs: Record<string, unknown>; problems: Problem[] };
type Options = { types: ResourceTypes; texts?: Record<string, string>; environment?: Record<string, string> };

/** Expands a main file with the parameters of a parameter file, and others that go over them. */
export function expandParameterFile(path: string, options: Options, over: Given = {}): Deployment {
  const file = readProgram(path, options.texts ?? {});
  if (file.using === null) throw new Error(`${path} says no "using"`);
  const everything = everythingOf(options);
  const scope = subscriptionScope();
  const around = surroundingsOf(everything, file, scope, {});
  const given = Object.fromEntries(
    [...file.variables.values()].map(({ name, value }) => [name, evaluate(value, around)]),
  );
  const main = readProgram(file.using, options.texts ?? {});
  const outputs = everything.open(main, scope, { ...given, ...over });
  return { instances: everything.instances, outputs, problems: everything.problems };
}

function everythingOf({ types, texts = {}, environment = {} }: Options): Everything {
  const everything: Everything = {
    types,
    texts,
    environment,
    instances: [],
    problems: [],
    open: (program, scope, given) => outputsOf(everything, program, scope, given),
  };
  return everything;
}

function outputsOf(
  everything: Everything,
  program: Program,
  scope: DeploymentScope,
  given: Given,
): Record<string, unknown> {
  const note = problemsOf(everything, program);
  const already = everything.instances.length;
  const around = surroundingsOf(everything, program, scope, given);
  const stage: Stage = { everything, program, scope, around };
  if (program.targetScope !== scope.kind)
    note(1, "scope", `the file is for a ${program.targetScope}, but is deployed to a ${scope.kind}`);
  checkParameters(stage, given);
  for (const { name, line } of [...program.variables.values(), ...program.resources, ...program.modules])
    attempt(note, line, () => around.lookUp(name));
  // Bodies wait until all names are known. One that fails has been told of, and is empty from then on.
  for (const instance of everything.instances.slice(already))
    attempt(note, instance.line, () => {
      const { body } = instance;
      instance.body = () => ({});
      body();
      instance.body = body;
    });
  const outputs: Record<string, unknown> = {};
  for (const { name, line, value } of program.outputs)
    attempt(note, line, () => {
      outputs[name] = evaluate(value, around);
    });
  return outputs;
}

type Note = (line: number, rule: string, message: string) => void;

const problemsOf =
  ({ problems }: Everything, { source }: Program): Note =>
  (line, rule, message) => {
    const problem = { file: source.file, line, rule, message };
    if (!problems.some((known) => JSON.stringify(known) === JSON.stringify(problem))) problems.push(problem);
  };

function attempt(note: Note, line: number, work: () => unknown): void {
  try {
    work();
  } catch (fault) {
    if (fault instanceof BicepFault) note(fault.line, fault.rule, fault.message);
    else note(line, "evaluation", fault instanceof Error ? fault.message : String(fault));
  }
}

function checkParameters({ everything, program, around }: Stage, given: Given): void {
  const note = problemsOf(everything, program);
  for (const name of Object.keys(given))
    if (!program.parameters.has(name)) note(1, "module-parameter", `there is no parameter ${name}`);
  const named = (name: string) => typeNamed(everything, program, name);
  for (const { name, line, type, decorators, fallback } of program.parameters.values()) {
    const isGiven = given[name] !== undefined;
    if (!isGiven && fallback === null && !isNullable(type)) {
      note(line, "module-parameter", `the parameter ${name} is not given`);
      continue;
    }
    attempt(note, line, () => {
      const value = around.lookUp(name);
      const faults = type === null ? [] : misfits(value, type, named, name);
      for (const fault of [...faults, ...(value === null ? [] : limitsBroken(value, decorators, name))])
        note(line, "module-parameter", fault);
    });
  }
}

const isNullable = (type: Parameter["type"]): boolean => type?.namedChildren[0]?.type === "nullable_type";

function typeNamed(everything: Everything, program: Program, name: string): ReturnType<Program["types"]["get"]> | null {
  const own = program.types.get(name);
  if (own !== undefined) return own;
  const from = program.imports.find(({ names }) => names.includes(name));
  return from === undefined ? null : (readProgram(from.path, everything.texts).types.get(name) ?? null);
}

function surroundingsOf(everything: Everything, program: Program, scope: DeploymentScope, given: Given): Surroundings {
  const around: Surroundings = {
    lookUp,
    callHere: (name, values) => callHere({ everything, program, scope }, name, values),
  };
  const stage: Stage = { everything, program, scope, around };
  const makers = new Map<string, () => unknown>();
  for (const { name, fallback } of program.parameters.values())
    makers.set(name, () => given[name] ?? (fallback === null ? null : evaluate(fallback, around)));
  for (const { name, value } of program.variables.values()) makers.set(name, () => evaluate(value, around));
  for (const resource of program.resources) makers.set(resource.name, () => expandResource(stage, resource));
  for (const module of program.modules) makers.set(module.name, () => expandModule(stage, module));
  const made = new Map<string, { value: unknown } | "being made">();

  function lookUp(name: string): unknown {
    const known = made.get(name);
    if (known === "being made") throw new Error(`${name} needs itself`);
    if (known !== undefined) return known.value;
    const maker = makers.get(name);
    if (maker === undefined) throw new BicepFault(1, "unknown-name", `${name} is not declared`);
    made.set(name, "being made");
    try {
      const value = maker();
      made.set(name, { value });
      return value;
    } catch (fault) {
      made.delete(name);
      throw fault;
    }
  }
  return around;
}

type Place = Omit<Stage, "around">;
const subscriptionOf = ({ id }: DeploymentScope): string => id.split("/").slice(0, 3).join("/");
const besideOf = ({ program }: Place, path: string): string =>
  readFileSync(resolve(dirname(program.source.path), path), "utf8");

/** The functions that depend on the file or on the place that it is deployed to. */
const HERE: Record<string, (place: Place, values: string[]) => unknown> = {
  loadJsonContent: (place, [path = ""]) => JSON.parse(besideOf(place, path)) as unknown,
  loadTextContent: (place, [path = ""]) => besideOf(place, path),
  readEnvironmentVariable: ({ everything }, [name = "", fallback]) => {
    const value = everything.environment[name] ?? fallback;
    if (value === undefined) throw new Error(`the environment variable ${name} is needed`);
    return value;
  },
  subscriptionResourceId: ({ scope }, [type, name]) => `${subscriptionOf(scope)}/providers/${type}/${name}`,
  resourceId: ({ scope }, [type, name]) => `${scope.id}/providers/${type}/${name}`,
  subscription: ({ scope }, [id]) => subscriptionScope(id ?? scope.id.split("/")[2]),
  resourceGroup: ({ scope }, [first, second]) => {
    if (first === undefined) return scope;
    return second === undefined
      ? groupScope(first, subscriptionOf(scope))
      : groupScope(second, `/subscriptions/${first}`);
  },
};

function callHere(place: Place, name: string, values: unknown[]): { answer: unknown } | null {
  const here = HERE[name];
  return here === undefined ? null : { answer: here(place, values.map(textOf)) };
}
