import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { IndexKey } from "../contracts/index-shape.ts";
import { keyText } from "../core/index-text.ts";
import type { Candidate } from "./candidates.ts";
import type { CatalogTable } from "./catalog.ts";
import { sidesOf } from "./expressions.ts";
import { newScan } from "./scan.ts";
import { fieldsIn, namesIn, type Node, nodeOf, nodesIn, parseOne } from "./syntax.ts";

/** A key of an existing index; its text as candidates are written, null when it is of no form that they have. */
export type ExistingKey = { text: string | null; isDescending: boolean; operatorClass: string | null };
export type ExistingIndex = { facts: IndexFacts; keys: ExistingKey[]; include: string[] };

const known = new WeakMap<IndexFacts, ExistingIndex>();

/** An index of the server, read from its definition. */
export function existingIndex(table: CatalogTable, facts: IndexFacts): ExistingIndex {
  const before = known.get(facts);
  if (before !== undefined) return before;
  const fields = parseOne(facts.definition)?.fields ?? {};
  const read = {
    facts,
    keys: nodesIn(fields["indexParams"]).map((key) => keyOf(table, key)),
    include: nodesIn(fields["indexIncludingParams"]).flatMap(({ fields: one }) =>
      typeof one["name"] === "string" ? one["name"] : [],
    ),
  };
  known.set(facts, read);
  return read;
}

function keyOf(table: CatalogTable, { fields }: Node): ExistingKey {
  return {
    text: textOf(table, fields),
    isDescending: fields["ordering"] === "SORTBY_DESC",
    operatorClass: namesIn(fields["opclass"]).at(-1) ?? null,
  };
}

function textOf(table: CatalogTable, fields: Node["fields"]): string | null {
  if (typeof fields["name"] === "string") return keyText({ column: fields["name"], direction: "asc" });
  const scan = newScan(table);
  const expression = nodeOf(fields["expr"]);
  const [side] = sidesOf(fieldsIn(fields["expr"]), (reference) =>
    namesIn(reference.fields["fields"])
      .slice(-1)
      .map((column) => ({ scan, column })),
  );
  if (expression === null || side?.kind !== "target") return null;
  return keyText({ expression: side.expression, direction: "asc" });
}

/** The valid index that already serves all that a candidate would, if there is one: another would only cost. */
export function coveringIndex(candidate: Candidate): string | null {
  const { table, shape } = candidate;
  const covering = table.indexes.find((facts) => {
    const isWhole = facts.is_valid && facts.predicate === null && facts.method === shape.method;
    return isWhole && covers(existingIndex(table, facts), candidate);
  });
  return covering?.index ?? null;
}

function covers({ keys, include }: ExistingIndex, { shape }: Candidate): boolean {
  if (!shape.keys.every((key, at) => keys[at]?.text === keyText(key) && sameClass(keys[at], key))) return false;
  // A b-tree is read in both directions: what matters is that all keys turn together.
  const turns = shape.keys.map((key, at) => (key.direction === "desc") !== (keys[at]?.isDescending ?? false));
  const held = new Set([...include, ...keys.map(({ text }) => text)]);
  return (
    turns.every((turn) => turn === turns[0]) &&
    shape.include.every((column) => held.has(keyText({ column, direction: "asc" })))
  );
}

function sameClass(existing: ExistingKey, { operatorClass }: IndexKey): boolean {
  // The default class of jsonb serves containment too, if less well.
  if (operatorClass === "jsonb_path_ops" || operatorClass === "jsonb_ops")
    return existing.operatorClass !== "jsonb_path_ops" || operatorClass === "jsonb_path_ops";
  return (operatorClass ?? null) === existing.operatorClass;
}
