// The value of an expression.
import type { Expression } from "./expression.ts";
import { call, type Lambda } from "./functions.ts";
import type { TypeNode } from "./type-tree.ts";
import {
  type DeploymentScope,
  isPlainObject,
  isReference,
  isRuntime,
  isScope,
  type Runtime,
  runtimeOf,
  textOf,
} from "./values.ts";

/** What an expression can see: names, and the functions that depend on the place. */
export type Surroundings = {
  lookUp: (name: string) => unknown;
  callHere: (name: string, values: unknown[]) => { answer: unknown } | null;
};

/** A fault at a line of a file. */
export class BicepFault extends Error {
  readonly line: number;
  readonly rule: string;
  constructor(line: number, rule: string, message: string) {
    super(message);
    this.name = "BicepFault";
    this.line = line;
    this.rule = rule;
  }
}

export function evaluate(expression: Expression, around: Surroundings): unknown {
  try {
    return valueOf(expression, around);
  } catch (fault) {
    if (fault instanceof BicepFault) throw fault;
    throw new BicepFault(expression.line, "evaluation", fault instanceof Error ? fault.message : String(fault));
  }
}

type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;
type Evaluators = { [Kind in Expression["kind"]]: (expression: Of<Kind>, around: Surroundings) => unknown };
const EVALUATORS: Evaluators = {
  literal: ({ value }) => value,
  text: ({ parts }, around) => joined(parts.map((part) => (typeof part === "string" ? part : evaluate(part, around)))),
  name: ({ name }, around) => around.lookUp(name),
  list: ({ items }, around) => items.map((item) => evaluate(item, around)),
  record: ({ entries }, around) =>
    Object.fromEntries(entries.map(({ key, value }) => [textOf(evaluate(key, around)), evaluate(value, around)])),
  loop: looped,
  when: ({ condition, body }, around) => (truth(evaluate(condition, around)) ? evaluate(body, around) : null),
  call: ({ name, values }, around) =>
    called(
      name,
      values.map((value) => evaluate(value, around)),
      around,
    ),
  member: ({ of, key, isSafe }, around) => memberOf(evaluate(of, around), evaluate(key, around), isSafe),
  unary: ({ operator, of }, around) =>
    operator === "!" ? !truth(evaluate(of, around)) : -Number(evaluate(of, around)),
  binary: combined,
  choice: ({ condition, yes, no }, around) => evaluate(truth(evaluate(condition, around)) ? yes : no, around),
  lambda: ({ parameters, body }, around) => lambdaOf(parameters, body, around),
};

function valueOf(expression: Expression, around: Surroundings): unknown {
  // The table's own type pairs each kind with its evaluator; TypeScript cannot follow the index.
  const evaluator = EVALUATORS[expression.kind] as (expression: Expression, around: Surroundings) => unknown;
  return evaluator(expression, around);
}

/** Names of a loop or lambda over those around it. */
const within = (around: Surroundings, locals: Readonly<Record<string, unknown>>): Surroundings => ({
  ...around,
  lookUp: (name) => (Object.hasOwn(locals, name) ? locals[name] : around.lookUp(name)),
});

function looped(loop: Of<"loop">, around: Surroundings): unknown[] {
  const over = evaluate(loop.over, around);
  if (!Array.isArray(over)) throw new Error(`a loop goes over a list, not over ${textOf(over)}`);
  return over
    .map((item: unknown, at) =>
      evaluate(loop.body, within(around, { [loop.item]: item, ...(loop.index === null ? {} : { [loop.index]: at }) })),
    )
    .filter((item) => loop.body.kind !== "when" || item !== null);
}

const lambdaOf =
  (parameters: string[], body: Expression, around: Surroundings): Lambda =>
  (...values) =>
    evaluate(body, within(around, Object.fromEntries(parameters.map((name, at) => [name, values[at]]))));

const called = (name: string, values: unknown[], around: Surroundings): unknown => {
  const here = around.callHere(name, values);
  return here === null ? call(name, values) : here.answer;
};

function joined(parts: unknown[]): unknown {
  const text = parts.map(textOf).join("");
  if (!parts.some(isRuntime)) return text;
  return runtimeOf(text, parts.every((part) => !isRuntime(part) || part.known !== undefined) ? text : undefined);
}

function truth(value: unknown): boolean {
  const plain = isRuntime(value) ? value.known : value;
  if (typeof plain === "boolean") return plain;
  throw new Error(`true or false is expected: ${textOf(value)}`);
}

function memberOf(of: unknown, key: unknown, isSafe: boolean): unknown {
  if (of === null && isSafe) return null;
  if (isReference(of)) return of.to.member(String(key));
  if (isRuntime(of)) return memberOfRuntime(of, key);
  if (isScope(of)) return memberOfScope(of, String(key));
  const value = Array.isArray(of) ? itemOf(of, key) : isPlainObject(of) ? of[String(key)] : undefined;
  if (value === undefined && !isSafe) throw new Error(`there is no ${textOf(key)} in ${textOf(of).slice(0, 80)}`);
  return value ?? null;
}

const itemOf = (list: unknown[], at: unknown): unknown => list[Number(at)];

function memberOfScope({ id }: DeploymentScope, key: string): unknown {
  if (key === "id") return id;
  if (key === "subscriptionId") return id.split("/")[2];
  throw new Error(`a scope's ${key} is not used here`);
}

function memberOfRuntime({ runtime, known, tree }: Runtime, key: unknown): unknown {
  const name = String(key);
  const hasProperties = Object.keys(tree?.properties ?? {}).length > 0;
  const below = belowOf(tree, name);
  if (below === undefined && hasProperties) throw new Error(`${runtime} has no property ${name}`);
  const value = isPlainObject(known) ? known[name] : Array.isArray(known) ? itemOf(known, key) : undefined;
  return isRuntime(value) ? value : runtimeOf(`${runtime}.${name}`, value, below);
}

const belowOf = (tree: TypeNode | undefined, name: string): TypeNode | undefined =>
  tree?.properties?.[name] ?? tree?.additionalProperties ?? tree?.items;

const same = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b) && (a === null) === (b === null);
const sameText = (a: unknown, b: unknown): boolean => textOf(a).toLowerCase() === textOf(b).toLowerCase();

const NUMBERS: Record<string, (a: number, b: number) => unknown> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => Math.trunc(a / b),
  "%": (a, b) => a % b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const ANYTHING: Record<string, (a: unknown, b: unknown) => boolean> = {
  "==": same,
  "!=": (a, b) => !same(a, b),
  "=~": sameText,
  "!~": (a, b) => !sameText(a, b),
};
/** Operators that look at their right side only when they must. */
const LAZY: Record<string, (a: unknown, right: () => unknown) => unknown> = {
  "??": (a, right) => a ?? right(),
  "&&": (a, right) => truth(a) && truth(right()),
  "||": (a, right) => truth(a) || truth(right()),
};

function combined({ operator, left, right }: Of<"binary">, around: Surroundings): unknown {
  const a = evaluate(left, around);
  const lazy = LAZY[operator];
  if (lazy !== undefined) return lazy(a, () => evaluate(right, around));
  const b = evaluate(right, around);
  const comparison = ANYTHING[operator];
  if (comparison !== undefined) return comparison(a, b);
  const calculation = NUMBERS[operator];
  if (calculation === undefined) throw new Error(`the operator ${operator} is not understood`);
  if (typeof a !== "number" || typeof b !== "number")
    throw new Error(`${operator} is for whole numbers: ${textOf(a)}, ${textOf(b)}`);
  return calculation(a, b);
}
