import "./plain-wasm.ts";
import { fingerprintSync, loadModule, parseSync } from "libpg-query";

/** A node of PostgreSQL's parse tree: `{ "SelectStmt": { … } }` is written as kind and fields. */
export type Node = { kind: string; fields: Fields };
export type Fields = Readonly<Record<string, unknown>>;
export type Parsed = { ok: true; statements: Node[] } | { ok: false; because: string };

/** Parses SQL with PostgreSQL's own grammar (version 18). What it cannot parse is a value: pg_stat_statements keeps cut-off texts too. */
export async function parseSql(sql: string): Promise<Parsed> {
  await loadModule();
  try {
    const { stmts } = parseSync(sql);
    return { ok: true, statements: (stmts ?? []).flatMap(({ stmt }) => nodeOf(stmt) ?? []) };
  } catch (error) {
    return { ok: false, because: error instanceof Error ? error.message : String(error) };
  }
}

/** The same for all calls of one statement, whatever their constants. Rejects for what does not parse. */
export async function fingerprintOf(sql: string): Promise<string> {
  await loadModule();
  return fingerprintSync(sql);
}

/** The one statement of a text that PostgreSQL itself has written, such as an index's definition. {@link parseSql} must have run before. */
export function parseOne(sql: string): Node | null {
  return nodeOf(parseSync(sql).stmts?.[0]?.stmt);
}

/** The statements of a script, one text each, as the parser sees their ends. Rejects with the parser's words when it is no SQL. */
export async function splitSql(script: string): Promise<string[]> {
  await loadModule();
  const bytes = Buffer.from(script);
  return (parseSync(script).stmts ?? []).map(({ stmt_location: from = 0, stmt_len: length }) =>
    bytes
      .subarray(from, length === undefined || length === 0 ? undefined : from + length)
      .toString()
      .trim(),
  );
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as a node, if it is one: an object with a single, capitalised key. */
export function nodeOf(value: unknown): Node | null {
  if (!isObject(value)) return null;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0 || !/^[A-Z]/.test(entry[0])) return null;
  return isObject(entry[1]) ? { kind: entry[0], fields: entry[1] } : null;
}

/** The nodes of a list field; other elements are left out. */
export const nodesIn = (value: unknown): Node[] =>
  Array.isArray(value) ? value.flatMap((item) => nodeOf(item) ?? []) : [];

/** An object field that the grammar writes without its kind, such as `relation` of an UPDATE. */
export const fieldsIn = (value: unknown): Fields | null => (isObject(value) ? value : null);

/** The names in a list of String nodes: `public.orders` is `["public", "orders"]`. */
export const namesIn = (value: unknown): string[] =>
  nodesIn(value).flatMap(({ kind, fields }) =>
    kind === "String" && typeof fields["sval"] === "string" ? [fields["sval"]] : [],
  );

/** Every node below a value, the value itself included, in document order. */
export function* descendants(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* descendants(item);
    return;
  }
  if (!isObject(value)) return;
  const node = nodeOf(value);
  if (node !== null) yield node;
  for (const field of Object.values(node?.fields ?? value)) yield* descendants(field);
}
