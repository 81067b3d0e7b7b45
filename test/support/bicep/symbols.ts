// Names of one file: declared once, used, and there when they are used.
import type { Expression } from "./expression.ts";
import { isFunction } from "./functions.ts";
import type { Program } from "./program.ts";
import type { Problem } from "./source.ts";

/** Undeclared names and functions, double names, and parameters and variables that nothing uses. */
export function symbolProblems(program: Program): Problem[] {
  const { source, parameters, variables, resources, modules, outputs, imports } = program;
  const { file } = source;
  const problems: Problem[] = [];
  const note = (line: number, rule: string, message: string) => problems.push({ file, line, rule, message });
  const declared = new Set<string>();
  for (const { name, line } of [...parameters.values(), ...variables.values(), ...resources, ...modules]) {
    if (declared.has(name)) note(line, "double-name", `${name} is declared twice`);
    declared.add(name);
  }
  for (const name of imports.flatMap(({ names }) => names)) declared.add(name);
  const used = new Set<string>();
  const look = (expression: Expression, locals: ReadonlySet<string>): void => {
    if (expression.kind === "name") {
      used.add(expression.name);
      if (!declared.has(expression.name) && !locals.has(expression.name))
        note(expression.line, "unknown-name", `${expression.name} is not declared`);
    }
    if (expression.kind === "call" && !isFunction(expression.name))
      note(expression.line, "unknown-function", `there is no function ${expression.name}`);
    for (const [part, more] of partsOf(expression))
      look(part, more.length === 0 ? locals : new Set([...locals, ...more]));
  };
  const none: ReadonlySet<string> = new Set();
  for (const { fallback } of parameters.values()) if (fallback !== null) look(fallback, none);
  for (const { value } of [...variables.values(), ...outputs]) look(value, none);
  for (const { body } of [...resources, ...modules]) look(body, none);
  if (!source.path.endsWith(".bicepparam"))
    for (const { name, line } of [...parameters.values(), ...variables.values()])
      if (!used.has(name)) note(line, "unused", `nothing uses ${name}`);
  return problems;
}

type Part = [Expression, string[]];
const plain = (...parts: Expression[]): Part[] => parts.map((part) => [part, []]);
const bare = (): Part[] => [];
type Parts = { [Kind in Expression["kind"]]: (expression: Extract<Expression, { kind: Kind }>) => Part[] };
const PARTS: Parts = {
  literal: bare,
  name: bare,
  text: ({ parts }) => plain(...parts.filter((part) => typeof part !== "string")),
  list: ({ items }) => plain(...items),
  record: ({ entries }) => entries.flatMap(({ key, value }) => plain(key, value)),
  loop: ({ over, body, item, index }) => [...plain(over), [body, index === null ? [item] : [item, index]]],
  when: ({ condition, body }) => plain(condition, body),
  call: ({ values }) => plain(...values),
  member: ({ of, key }) => plain(of, key),
  unary: ({ of }) => plain(of),
  binary: ({ left, right }) => plain(left, right),
  choice: ({ condition, yes, no }) => plain(condition, yes, no),
  lambda: ({ body, parameters }) => [[body, parameters]],
};

/** The parts of an expression, each with the names that it sees beside those around. */
export function partsOf(expression: Expression): Part[] {
  // The table's own type pairs each kind with its reader; TypeScript cannot follow the index.
  const read = PARTS[expression.kind] as (expression: Expression) => Part[];
  return read(expression);
}
