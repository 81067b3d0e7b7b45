// Expressions of Bicep as a tree of our own. The grammar binds `.` and `=>` looser than operators, so only its atoms are taken
// from it; operators are put together here by their precedence.
import type { Node } from "web-tree-sitter";

export type Expression = { line: number } & (
  | { kind: "literal"; value: string | number | boolean | null }
  | { kind: "text"; parts: (string | Expression)[] }
  | { kind: "name"; name: string }
  | { kind: "list"; items: Expression[] }
  | { kind: "record"; entries: { key: Expression; value: Expression }[] }
  | { kind: "loop"; item: string; index: string | null; over: Expression; body: Expression }
  | { kind: "when"; condition: Expression; body: Expression }
  | { kind: "call"; name: string; values: Expression[] }
  | { kind: "member"; of: Expression; key: Expression; isSafe: boolean }
  | { kind: "unary"; operator: string; of: Expression }
  | { kind: "binary"; operator: string; left: Expression; right: Expression }
  | { kind: "choice"; condition: Expression; yes: Expression; no: Expression }
  | { kind: "lambda"; parameters: string[]; body: Expression }
);

const ATOMS = new Set(
  (
    "string object array for_statement if_statement arguments parenthesized_expression number boolean null identifier " +
    "property_identifier compatible_identifier primitive_type"
  ).split(" "),
);
const LEVELS = ["??", "||", "&&", "== != =~ !~", "< <= > >=", "+ -", "* / %"];
const PRECEDENCE: Record<string, number> = Object.fromEntries(
  LEVELS.flatMap((operators, level) => operators.split(" ").map((operator) => [operator, level + 1])),
);
const lineOf = (node: Node): number => node.startPosition.row + 1;

/** The expression that a node of the grammar stands for. */
export const expressionOf = (node: Node): Expression => parsed(atomsOf(node));

function parsed(tokens: readonly Node[]): Expression {
  const parser = new TokenParser(tokens);
  const expression = parser.expression();
  parser.expectEnd();
  return expression;
}

function atomsOf(node: Node): Node[] {
  if (node.type === "comment" || node.type === "diagnostic_comment") return [];
  if (ATOMS.has(node.type) || node.childCount === 0) return [node];
  return node.children.flatMap(atomsOf);
}

/** Keeps its place in a list of atoms: the state that recursive descent needs. */
class TokenParser {
  private at = 0;
  private readonly tokens: readonly Node[];
  constructor(tokens: readonly Node[]) {
    this.tokens = tokens;
  }

  private get next(): Node | undefined {
    return this.tokens[this.at];
  }
  private take(text?: string): Node {
    const token = this.next;
    if (token === undefined || (text !== undefined && token.text !== text))
      throw new Error(`${text ?? "an expression"} expected, found ${token?.text ?? "the end"}`);
    this.at += 1;
    return token;
  }
  private has(text: string): boolean {
    if (this.next?.text !== text || ATOMS.has(this.next.type)) return false;
    this.at += 1;
    return true;
  }
  expectEnd(): void {
    if (this.next !== undefined)
      throw new Error(`line ${lineOf(this.next)}: unexpected ${this.next.text.slice(0, 30)}`);
  }

  expression(): Expression {
    if (this.tokens[this.at + 1]?.type === "=>") {
      const head = this.take();
      this.take("=>");
      const parameters = head.type === "identifier" ? [head.text] : head.namedChildren.map(({ text }) => text);
      return { kind: "lambda", line: lineOf(head), parameters, body: this.expression() };
    }
    const condition = this.binary(1);
    if (!this.has("?")) return condition;
    const yes = this.expression();
    this.take(":");
    return { kind: "choice", line: condition.line, condition, yes, no: this.expression() };
  }

  private binary(least: number): Expression {
    let left = this.unary();
    for (;;) {
      const operator = this.next?.text ?? "";
      const precedence = this.next !== undefined && !ATOMS.has(this.next.type) ? PRECEDENCE[operator] : undefined;
      if (precedence === undefined || precedence < least) return left;
      this.take();
      left = { kind: "binary", line: left.line, operator, left, right: this.binary(precedence + 1) };
    }
  }

  private unary(): Expression {
    const token = this.next;
    for (const operator of ["!", "-"])
      if (token !== undefined && this.has(operator))
        return { kind: "unary", line: lineOf(token), operator, of: this.unary() };
    return this.postfix();
  }

  private postfix(): Expression {
    const first = this.take();
    let result: Expression;
    if (first.type === "identifier" && this.next !== undefined && isCallOf(first, this.next)) {
      result = { kind: "call", line: lineOf(first), name: first.text, values: elementsOf(this.take()) };
    } else result = atom(first);
    for (;;) {
      const { line } = result;
      const isSafe = this.has(".?");
      if (isSafe || this.has(".")) {
        const key: Expression = { kind: "literal", line, value: this.take().text };
        result = { kind: "member", line, of: result, key, isSafe };
      } else if (this.has("[")) {
        const isSafeIndex = this.has("?");
        result = { kind: "member", line, of: result, key: this.expression(), isSafe: isSafeIndex };
        this.take("]");
      } else if (!this.has("!")) return result;
    }
  }
}

const isElement = (node: Node): boolean =>
  node.isNamed && node.type !== "comment" && node.type !== "diagnostic_comment";
const elementsOf = (node: Node): Expression[] => node.children.filter(isElement).map(expressionOf);
const isCallOf = (name: Node, next: Node): boolean =>
  next.type === "arguments" || (next.type === "parenthesized_expression" && next.startIndex === name.endIndex);

/** In a list the grammar takes `f(x)` for two elements: what stands together belongs together. */
function itemsOf(parts: Node[]): Expression[] {
  const groups: Node[][] = [];
  for (const part of parts) {
    const group = groups.at(-1);
    if (group?.at(-1)?.endIndex === part.startIndex) group.push(part);
    else groups.push([part]);
  }
  return groups.map((group) => parsed(group.flatMap(atomsOf)));
}

type AtomReader = (node: Node, parts: Node[], line: number) => Expression;
const named: AtomReader = (node, _parts, line) => ({ kind: "name", line, name: node.text });
const ATOM_READERS: Record<string, AtomReader> = {
  string: (node) => textOf(node),
  number: (node, _parts, line) => ({ kind: "literal", line, value: Number(node.text) }),
  boolean: (node, _parts, line) => ({ kind: "literal", line, value: node.text === "true" }),
  null: (_node, _parts, line) => ({ kind: "literal", line, value: null }),
  array: (_node, parts, line) => ({ kind: "list", line, items: itemsOf(parts) }),
  object: (_node, parts, line) => ({ kind: "record", line, entries: parts.map(entryOf) }),
  parenthesized_expression: (_node, parts) => one(parts, expressionOf),
  for_statement: (_node, parts, line) => loopOf(parts, line),
  if_statement: (_node, parts, line) => conditionOf(parts, line),
  identifier: named,
  primitive_type: named,
};

function atom(node: Node): Expression {
  const line = lineOf(node);
  const read = ATOM_READERS[node.type];
  if (read === undefined) throw new Error(`line ${line}: ${node.type} is not understood: ${node.text.slice(0, 40)}`);
  return read(node, node.children.filter(isElement), line);
}

function conditionOf(parts: Node[], line: number): Expression {
  const [condition, body] = parts.map(expressionOf);
  if (condition === undefined || body === undefined) throw new Error(`line ${line}: an incomplete condition`);
  return { kind: "when", line, condition, body };
}

function one<T>(parts: Node[], convert: (node: Node) => T): T {
  const [only, surplus] = parts;
  if (only === undefined || surplus !== undefined) throw new Error("exactly one expression is expected in parentheses");
  return convert(only);
}

function loopOf(parts: Node[], line: number): Expression {
  const [variables, over, body] = parts;
  if (variables === undefined || over === undefined || body === undefined)
    throw new Error(`line ${line}: an incomplete loop`);
  const [item = variables.text, index = null] = variables.namedChildren.map(({ text }) => text);
  return { kind: "loop", line, item, index, over: expressionOf(over), body: expressionOf(body) };
}

function entryOf(property: Node): { key: Expression; value: Expression } {
  const [key, value] = property.children.filter(isElement);
  if (property.type !== "object_property" || key === undefined || value === undefined)
    throw new Error(`line ${lineOf(property)}: only "name: value" is understood: ${property.text.slice(0, 40)}`);
  const name: Expression =
    key.type === "string" ? textOf(key) : { kind: "literal", line: lineOf(key), value: key.text };
  return { key: name, value: expressionOf(value) };
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const unescaped = (text: string): string =>
  text.replaceAll(/\\(u\{[0-9a-f]+\}|.)/gi, (_all, what: string) =>
    what.startsWith("u{") ? String.fromCodePoint(Number.parseInt(what.slice(2), 16)) : (ESCAPES[what] ?? what),
  );

function textOf(node: Node): Expression {
  const line = lineOf(node);
  if (node.text.startsWith("'''"))
    return { kind: "literal", line, value: node.text.slice(3, -3).replace(/^\r?\n/, "") };
  const parts: (string | Expression)[] = [];
  let from = node.startIndex + 1;
  const raw = (to: number): string => unescaped(node.text.slice(from - node.startIndex, to - node.startIndex));
  for (const child of node.namedChildren.filter(({ type }) => type === "interpolation")) {
    parts.push(raw(child.startIndex), one(child.children.filter(isElement), expressionOf));
    from = child.endIndex;
  }
  parts.push(raw(node.endIndex - 1));
  const [only] = parts;
  if (parts.length === 1 && typeof only === "string") return { kind: "literal", line, value: only };
  return { kind: "text", line, parts: parts.filter((part) => part !== "") };
}
