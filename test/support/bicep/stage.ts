// What the parts of an expansion share: the files at work, and the bodies of what they declare.
import { BicepFault, evaluate, type Surroundings } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import type { Program } from "./program.ts";
import type { Problem } from "./source.ts";
import type { ResourceTypes } from "./type-tree.ts";
import { type DeploymentScope, referenceTo, type Referable } from "./values.ts";

/** One resource as it would be deployed. */
export type Instance = {
  file: string;
  line: number;
  symbol: string;
  type: string;
  apiVersion: string;
  isExisting: boolean;
  isDeployed: boolean;
  /** The last part of its name. */
  name: unknown;
  id: string;
  /** The types of what it hangs on: its parent, or what it extends. */
  parentType: string | null;
  extends: string | null;
  scopeKind: DeploymentScope["kind"];
  body: () => Record<string, unknown>;
};

/** What all files of one deployment share. */
export type Everything = {
  types: ResourceTypes;
  texts: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string>>;
  instances: Instance[];
  problems: Problem[];
  /** Expands one file with its parameters at its place; the answer is its outputs. */
  open: (program: Program, scope: DeploymentScope, given: Given) => Record<string, unknown>;
};
/** One file at work: its names, its place. */
export type Stage = { everything: Everything; program: Program; scope: DeploymentScope; around: Surroundings };
export type Given = Readonly<Record<string, unknown>>;

/** The single or repeated body of a resource or module, with the names that each repetition sees. */
export function bodiesOf(body: Expression, around: Surroundings): { isList: boolean; bodies: Body[] } {
  if (body.kind === "loop") {
    const over = evaluate(body.over, around);
    if (!Array.isArray(over)) throw new BicepFault(body.line, "evaluation", "a loop goes over a list");
    const bodies = over.map((item: unknown, at) => {
      const locals: Record<string, unknown> = {
        [body.item]: item,
        ...(body.index === null ? {} : { [body.index]: at }),
      };
      const inner: Surroundings = {
        ...around,
        lookUp: (name) => (Object.hasOwn(locals, name) ? locals[name] : around.lookUp(name)),
      };
      return bodyOf(body.body, inner);
    });
    return { isList: true, bodies };
  }
  return { isList: false, bodies: [bodyOf(body, around)] };
}

export type Body = {
  isDeployed: boolean;
  around: Surroundings;
  entry: (name: string) => unknown;
  all: () => Record<string, unknown>;
};

function bodyOf(expression: Expression, around: Surroundings): Body {
  const isDeployed = expression.kind !== "when" || evaluate(expression.condition, around) === true;
  const record = expression.kind === "when" ? expression.body : expression;
  if (record.kind !== "record") throw new BicepFault(expression.line, "evaluation", "a body is an object");
  const keyed = new Map(
    record.entries.map(({ key, value }) => [key.kind === "literal" ? String(key.value) : "", value] as const),
  );
  const entry = (name: string): unknown => {
    const value = keyed.get(name);
    return value === undefined ? undefined : evaluate(value, around);
  };
  const all = () => Object.fromEntries([...keyed.keys()].map((name) => [name, entry(name)]));
  return { isDeployed, around, entry, all };
}

/** One reference, or a list of them, as the body was repeated. */
export const referencesTo = (isList: boolean, made: Referable[]): unknown => {
  const references = made.map(referenceTo);
  return isList ? references : references[0];
};
