// What one Bicep file declares.
import { dirname, resolve } from "node:path";
import type { Node } from "web-tree-sitter";
import { type Expression, expressionOf } from "./expression.ts";
import { readSource, type Source } from "./source.ts";

export type Decorators = ReadonlyMap<string, Expression[]>;
export type Declaration = { name: string; line: number; decorators: Decorators };
export type Parameter = Declaration & { type: Node | null; fallback: Expression | null };
export type Variable = Declaration & { value: Expression };
export type Resource = Declaration & { type: string; apiVersion: string; isExisting: boolean; body: Expression };
export type Module = Declaration & { path: string; body: Expression };
export type Output = Declaration & { type: Node; value: Expression };
export type Program = {
  source: Source;
  targetScope: string;
  /** The main file that a parameter file belongs to. */
  using: string | null;
  parameters: Map<string, Parameter>;
  variables: Map<string, Variable>;
  types: Map<string, Node>;
  imports: { path: string; names: string[] }[];
  resources: Resource[];
  modules: Module[];
  outputs: Output[];
};

/** Reads a file that is sound in its syntax. Texts given by path take the place of files on disk. */
export function readProgram(path: string, texts: Readonly<Record<string, string>> = {}): Program {
  return programOf(readSource(path, texts[path]));
}

const programs = new WeakMap<Source, Program>();

/** What a parsed file declares; read once from each. */
export function programOf(source: Source): Program {
  const program = programs.get(source) ?? declarationsOf(source);
  programs.set(source, program);
  return program;
}

function declarationsOf(source: Source): Program {
  const program: Program = {
    source,
    targetScope: "resourceGroup",
    using: null,
    parameters: new Map(),
    variables: new Map(),
    types: new Map(),
    imports: [],
    resources: [],
    modules: [],
    outputs: [],
  };
  let decorators: Decorators = new Map();
  for (const node of source.root.namedChildren) {
    if (node.type === "comment" || node.type === "diagnostic_comment") continue;
    if (node.type === "decorators") {
      decorators = decoratorsOf(node);
      continue;
    }
    declare(program, node, decorators);
    decorators = new Map();
  }
  return program;
}

function decoratorsOf(node: Node): Decorators {
  const found = node.namedChildren.map((decorator) => {
    const call = decorator.namedChildren[0];
    const name = call?.namedChildren[0]?.text ?? "";
    const values = call?.namedChildren[1]?.namedChildren.map(expressionOf) ?? [];
    return [name, values] as const;
  });
  return new Map(found);
}

const string = (node: Node | undefined): string => node?.text.slice(1, -1) ?? "";

type Parts = { node: Node; declaration: Declaration; first: Node; second: Node | undefined; rest: Node[]; last: Node };
type Declare = (program: Program, parts: Parts) => void;
const besideOf = ({ source }: Program, path: string): string => resolve(dirname(source.path), path);

const DECLARE: Record<string, Declare> = {
  target_scope_assignment: (program, { first }) => (program.targetScope = string(first)),
  using_statement: (program, { first }) => (program.using = besideOf(program, string(first))),
  import_functionality: (program, { first, rest, last }) => {
    const names = [first, ...rest].slice(0, -1).map(({ text }) => text);
    program.imports.push({ path: besideOf(program, string(last)), names });
  },
  type_declaration: (program, { first, last }) => program.types.set(first.text, last),
  parameter_declaration: (program, { declaration, second, rest }) => {
    const fallback = rest[1] === undefined ? null : expressionOf(rest[1]);
    program.parameters.set(declaration.name, { ...declaration, type: second ?? null, fallback });
  },
  variable_declaration: (program, { declaration, last }) =>
    program.variables.set(declaration.name, { ...declaration, value: expressionOf(last) }),
  resource_declaration: (program, { node, declaration, second, last }) => {
    const [type = "", apiVersion = ""] = string(second).split("@");
    const isExisting = node.children.some((child) => child.text === "existing");
    program.resources.push({ ...declaration, type, apiVersion, isExisting, body: expressionOf(last) });
  },
  module_declaration: (program, { declaration, second, last }) =>
    program.modules.push({ ...declaration, path: besideOf(program, string(second)), body: expressionOf(last) }),
  output_declaration: (program, { declaration, second, last }) => {
    if (second === undefined) throw new Error(`line ${declaration.line}: an output needs a type`);
    program.outputs.push({ ...declaration, type: second, value: expressionOf(last) });
  },
};

function declare(program: Program, node: Node, decorators: Decorators): void {
  const [first, ...rest] = node.namedChildren.filter(({ type }) => !type.endsWith("comment"));
  const line = node.startPosition.row + 1;
  const make = DECLARE[node.type];
  if (make === undefined || first === undefined) throw new Error(`line ${line}: ${node.type} is not used here`);
  const declaration = { name: first.text, line, decorators };
  make(program, { node, declaration, first, second: rest[0], rest, last: rest.at(-1) ?? first });
}
