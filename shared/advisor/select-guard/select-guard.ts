import { type Fields, fieldsIn, namesIn, type Node, nodeOf, nodesIn, parseSql } from "../syntax.ts";
import { FUNCTIONS, MAX_PADDING, PADDING } from "./allowed-functions.ts";
import { OPERATORS, SHAPES, TYPES } from "./allowed-nodes.ts";
import { type GuardRules, type RelationName, readNames } from "./names.ts";

export type { GuardedTable, GuardRules } from "./names.ts";
export type Verdict =
  | { allowed: true; statement: Node; relations: RelationName[] }
  | { allowed: false; because: string };

const MAX_BYTES = 32 * 1024;
const MAX_NODES = 5_000;
/** Longer chains of operators are nobody's handwriting, and every level costs the planner stack. */
const MAX_DEPTH = 200;
/** A subquery that the planner merges can double the one above it. */
const MAX_QUERIES_DEEP = 8;

/**
 * Whether a text is one query that only reads the given tables. Everything is allow-listed: the kinds of nodes and their fields,
 * functions, operators, types and relations. For what people give; such a query is planned in the clone and never sent to a server:
 * on a server a function of the user's own could stand before a built-in one of the same name.
 */
export async function guardSelect(sql: string, rules: GuardRules): Promise<Verdict> {
  const refused = (because: string): Verdict => ({ allowed: false, because });
  if (Buffer.byteLength(sql) > MAX_BYTES) return refused(`a query has at most ${MAX_BYTES} bytes`);
  // The parser would end at a NUL and a server would not; a lone surrogate has no bytes of its own.
  if (sql.includes("\0") || !sql.isWellFormed()) return refused("the text holds characters that are no text");
  const parsed = await parseSql(sql);
  if (!parsed.ok) return refused(`it does not parse: ${parsed.because}`);
  const [statement, ...others] = parsed.statements;
  if (statement === undefined) return refused("there is no statement");
  if (others.length > 0) return refused("there is more than one statement");
  if (statement.kind !== "SelectStmt") return refused(`only SELECT is allowed, this is ${statement.kind}`);
  const problem = problemOf(statement, { depth: 0, queries: 0 }, { nodes: 0 });
  if (problem !== null) return refused(problem);
  const names = readNames(statement, rules);
  return names.ok ? { allowed: true, statement, relations: names.relations } : refused(names.because);
}

type Level = { depth: number; queries: number };
type Count = { nodes: number };

/** What is wrong with a node or anything below it; null where nothing is. */
function problemOf(node: Node, above: Level, count: Count): string | null {
  const shape = SHAPES[node.kind];
  if (shape === undefined) return `${node.kind} is not allowed`;
  const level = { depth: above.depth + 1, queries: above.queries + (node.kind === "SelectStmt" ? 1 : 0) };
  count.nodes += 1;
  const own = tooMuch(level, count) ?? CHECKS[node.kind]?.(node.fields) ?? null;
  if (own !== null) return own;
  for (const [field, value] of Object.entries(node.fields)) {
    const slot = field === "location" ? "value" : shape[field];
    const problem = slot === "value" ? plain(value) : problemWithin(nodesOf(slot, value), level, count);
    if (problem !== null) return slot === undefined ? `${field} of ${node.kind} is not allowed` : problem;
  }
  return null;
}

/** A structure written without its kind gets it back; a field that is not listed becomes what no shape allows. */
const nodesOf = (slot: string | undefined, value: unknown): unknown =>
  slot === "nodes" ? value : { [slot?.slice(1) ?? "Unlisted"]: value };

function problemWithin(value: unknown, level: Level, count: Count): string | null {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const one of items) {
    const node = nodeOf(one);
    // The parser writes an absent member of a list as an empty object.
    const isAbsent = Object.keys(fieldsIn(one) ?? { unknown: one }).length === 0;
    const problem =
      node === null ? (isAbsent ? null : "a part of it is of no known kind") : problemOf(node, level, count);
    if (problem !== null) return problem;
  }
  return null;
}

const plain = (value: unknown): string | null =>
  ["string", "number", "boolean"].includes(typeof value) ? null : "a part of it is no plain value";

function tooMuch({ depth, queries }: Level, { nodes }: Count): string | null {
  if (nodes > MAX_NODES) return `a query has at most ${MAX_NODES} parts`;
  if (depth > MAX_DEPTH) return `expressions are nested at most ${MAX_DEPTH} deep`;
  return queries > MAX_QUERIES_DEEP ? `queries are nested at most ${MAX_QUERIES_DEEP} deep` : null;
}

/** What is to be checked in a kind of node beyond its fields: a text says what is wrong. */
const CHECKS: Readonly<Record<string, (fields: Fields) => string | null>> = {
  FuncCall: checkCall,
  TypeName: ({ names }) => builtIn(names, TYPES, "a cast to"),
  A_Expr: ({ kind, name }) =>
    String(kind).startsWith("AEXPR_BETWEEN") ? null : builtIn(name, OPERATORS, "the operator"),
  SubLink: ({ operName }) => (operName === undefined ? null : builtIn(operName, OPERATORS, "the operator")),
  CollateClause: ({ collname }) =>
    isOfCatalog(namesIn(collname)) ? null : "a collation of another schema than pg_catalog is not allowed",
  // `(x).name` calls the function `name` where x has no such column.
  A_Indirection: ({ indirection }) =>
    nodesIn(indirection).every(({ kind }) => kind === "A_Indices")
      ? null
      : "a field of an expression could be a function call",
  CommonTableExpr: ({ ctequery }) =>
    nodeOf(ctequery)?.kind === "SelectStmt" ? null : "a WITH query may only be a SELECT",
};

function checkCall({ funcname, args }: Fields): string | null {
  const problem = builtIn(funcname, FUNCTIONS, "the function");
  if (problem !== null || !PADDING.has(namesIn(funcname).at(-1) ?? "")) return problem;
  const length = fieldsIn(nodesIn(args)[1]?.fields["ival"])?.["ival"];
  return typeof length === "number" && length <= MAX_PADDING
    ? null
    : `padding is allowed to a constant length of at most ${MAX_PADDING}`;
}

const isOfCatalog = (names: readonly string[]): boolean =>
  names.length === 1 || (names.length === 2 && names[0] === "pg_catalog");

function builtIn(value: unknown, allowed: ReadonlySet<string>, what: string): string | null {
  const names = namesIn(value);
  const name = names.at(-1);
  return isOfCatalog(names) && name !== undefined && allowed.has(name)
    ? null
    : `${what} ${names.join(".")} is not allowed`;
}
