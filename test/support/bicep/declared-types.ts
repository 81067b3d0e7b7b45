// Types that a Bicep file declares for its parameters and outputs, and what a value breaks of one.
import type { Node } from "web-tree-sitter";
import type { Decorators } from "./program.ts";
import { isPlainObject, textOf } from "./values.ts";

export type NamedTypes = (name: string) => Node | null | undefined;

const isPart = (node: Node): boolean => node.type !== "comment" && node.type !== "decorators";

type Question = { value: unknown; type: Node; inner: Node | undefined; named: NamedTypes; path: string };
const not = ({ value, path }: Question, what: string): string[] => [
  `${path} must be ${what}: ${textOf(value).slice(0, 60)}`,
];
const isAbsent = (value: unknown): boolean => value === null || value === undefined;

function isOneOf(question: Question): string[] {
  const { value, type, named, path } = question;
  const members = type.namedChildren.filter(isPart);
  return members.some((member) => misfits(value, member, named, path).length === 0) ? [] : not(question, type.text);
}

function isListOf(question: Question): string[] {
  const { value, inner, named, path } = question;
  if (!Array.isArray(value)) return not(question, "a list");
  return inner === undefined ? [] : value.flatMap((item, at) => misfits(item, inner, named, `${path}[${at}]`));
}

function isNamed({ value, type, named, path }: Question): string[] {
  const declared = named(type.text);
  return declared === null || declared === undefined
    ? [`the type ${type.text} is not declared`]
    : misfits(value, declared, named, path);
}

const KINDS: Record<string, (question: Question) => string[]> = {
  type: ({ value, inner, named, path }) => (inner === undefined ? [] : misfits(value, inner, named, path)),
  nullable_type: ({ value, inner, named, path }) =>
    isAbsent(value) || inner === undefined ? [] : misfits(value, inner, named, path),
  array_type: isListOf,
  union_type: isOneOf,
  // The grammar takes the last members of a longer union for an operation.
  binary_expression: isOneOf,
  string: (question) => (question.value === question.type.text.slice(1, -1) ? [] : not(question, question.type.text)),
  number: (question) => (question.value === Number(question.type.text) ? [] : not(question, question.type.text)),
  primitive_type: (question) =>
    isPrimitive(question.value, question.type.text) ? [] : not(question, question.type.text),
  object: (question) =>
    isPlainObject(question.value) ? ofObject(question.value, question) : not(question, "an object"),
  identifier: isNamed,
};

/** What is wrong with a value of a declared type; empty when nothing is. */
export function misfits(value: unknown, type: Node, named: NamedTypes, path: string): string[] {
  const [inner] = type.namedChildren.filter(isPart);
  const judge = KINDS[type.type];
  return judge === undefined ? [`the type ${type.text} is not understood`] : judge({ value, type, inner, named, path });
}

function isPrimitive(value: unknown, type: string): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "int":
      return Number.isInteger(value);
    case "bool":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    default:
      return type === "object" && isPlainObject(value);
  }
}

function fieldsOf(type: Node): { fields: Map<string, Node>; rest: Node | undefined } {
  const fields = new Map<string, Node>();
  let rest: Node | undefined;
  for (const field of type.namedChildren.filter(({ type: kind }) => kind === "object_property")) {
    const [key, fieldType] = field.namedChildren.filter(isPart);
    // `*: string` is a map: the grammar gives its key no node of its own.
    if (fieldType === undefined) rest = key;
    else if (key !== undefined) fields.set(key.text, fieldType);
  }
  return { fields, rest };
}

function ofObject(value: Record<string, unknown>, { type, named, path }: Question): string[] {
  const { fields, rest } = fieldsOf(type);
  const isOpen = fields.size === 0;
  const others = Object.entries(value).filter(([name]) => !fields.has(name));
  const surplus = others.flatMap(([name, item]) => {
    if (rest !== undefined) return misfits(item, rest, named, `${path}.${name}`);
    return isOpen ? [] : [`${path}.${name} is not known`];
  });
  const known = [...fields].flatMap(([name, fieldType]) => {
    if (value[name] !== undefined) return misfits(value[name], fieldType, named, `${path}.${name}`);
    return fieldType.type === "nullable_type" ? [] : [`${path}.${name} is missing`];
  });
  return [...surplus, ...known];
}

function numberOf(decorators: Decorators, decorator: string): number | null {
  const [expression] = decorators.get(decorator) ?? [];
  return expression?.kind === "literal" && typeof expression.value === "number" ? expression.value : null;
}

/** What a value breaks of `@allowed`, `@minLength`, `@maxLength`, `@minValue` and `@maxValue`. */
export function limitsBroken(value: unknown, decorators: Decorators, name: string): string[] {
  const isNumber = typeof value === "number";
  const size = typeof value === "string" || Array.isArray(value) ? value.length : Number(value);
  const least = numberOf(decorators, isNumber ? "minValue" : "minLength") ?? -Infinity;
  const most = numberOf(decorators, isNumber ? "maxValue" : "maxLength") ?? Infinity;
  const outside = size < least || size > most ? [`${name} must be ${least} to ${most}: ${textOf(value)}`] : [];
  return [...outside, ...notAllowed(value, decorators, name)];
}

function notAllowed(value: unknown, decorators: Decorators, name: string): string[] {
  const [allowed] = decorators.get("allowed") ?? [];
  if (allowed?.kind !== "list") return [];
  const values = allowed.items.map((item) => (item.kind === "literal" ? item.value : null));
  return values.some((one) => one === value) ? [] : [`${name} must be one of ${values.join(", ")}: ${textOf(value)}`];
}
