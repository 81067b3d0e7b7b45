import type { ColumnKey } from "../contracts/index-shape.ts";
import { type Catalog, type CatalogTable, tableNamed } from "./catalog.ts";
import { descendants, type Fields, fieldsIn, namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** How one query reads one table: which columns it compares, joins and sorts by. */
export type Scan = { table: CatalogTable; equal: string[]; range: string[]; join: string[]; sort: ColumnKey[] };

type Relation = { alias: string; scan: Scan };
type Column = { relation: Relation; column: string };

const BLOCKS = new Set(["SelectStmt", "UpdateStmt", "DeleteStmt"]);
const RANGE_OPERATORS = new Set(["<", "<=", ">", ">="]);

/** The names of the tables that a statement reads, as written: the catalog is then asked for just these. */
export const tableNames = (statement: Node): string[] =>
  [...relationsBelow({ [statement.kind]: statement.fields })].map(({ name }) => name);

/** The scans of a statement, one for each table that each query block names. Conditions under OR or NOT are left out: no one index serves them. */
export function scansOf(statement: Node, catalog: Catalog): Scan[] {
  const blocks = [...descendants({ [statement.kind]: statement.fields })].filter(({ kind }) => BLOCKS.has(kind));
  const scopes = blocks.map((block) => ({ block, relations: relationsOf(block, catalog) }));
  const everyRelation = scopes.flatMap(({ relations }) => relations);
  for (const { block, relations } of scopes) readBlock(block, relations, everyRelation);
  return everyRelation.map(({ scan }) => scan);
}

function relationsOf(block: Node, catalog: Catalog): Relation[] {
  const named = [...relationsBelow(block.fields["fromClause"]), ...relationsBelow(block.fields["usingClause"])];
  const target = fieldsIn(block.fields["relation"]);
  if (target !== null) named.push(...relationOf(target));
  return named.flatMap(({ name, schema, alias }) => {
    const table = tableNamed(catalog, name, schema);
    return table === null ? [] : [{ alias, scan: { table, equal: [], range: [], join: [], sort: [] } }];
  });
}

type NamedRelation = { name: string; schema: string | null; alias: string };

function relationOf(fields: Fields): NamedRelation[] {
  const name = fields["relname"];
  if (typeof name !== "string") return [];
  const schema = typeof fields["schemaname"] === "string" ? fields["schemaname"] : null;
  const alias = fieldsIn(fields["alias"])?.["aliasname"];
  return [{ name, schema, alias: typeof alias === "string" ? alias : name }];
}

/** Relations below a value, those of nested query blocks included where the value is not a block itself. */
function* relationsBelow(value: unknown): Generator<NamedRelation> {
  for (const { kind, fields } of descendants(value)) {
    if (kind === "RangeVar") yield* relationOf(fields);
    const target = fieldsIn(fields["relation"]);
    if (BLOCKS.has(kind) && target !== null) yield* relationOf(target);
  }
}

function readBlock(block: Node, relations: Relation[], outer: Relation[]): void {
  const resolve = (value: unknown): Column | null => columnOf(value, relations) ?? columnOf(value, outer);
  const conditions = [nodeOf(block.fields["whereClause"]), ...joinConditions(block.fields["fromClause"])];
  for (const condition of conditions) if (condition !== null) readCondition(condition, resolve);
  const sortKeys = nodesIn(block.fields["sortClause"]).map((key) => sortKeyOf(key, resolve));
  readSort(sortKeys);
}

function* joinConditions(from: unknown): Generator<Node | null> {
  for (const { kind, fields } of descendants(from)) if (kind === "JoinExpr") yield nodeOf(fields["quals"]);
}

type Resolve = (value: unknown) => Column | null;

function readCondition(condition: Node, resolve: Resolve): void {
  if (condition.kind === "BoolExpr" && condition.fields["boolop"] === "AND_EXPR") {
    for (const part of nodesIn(condition.fields["args"])) readCondition(part, resolve);
  }
  if (condition.kind === "A_Expr") readComparison(condition, resolve);
}

function readComparison(condition: Node, resolve: Resolve): void {
  const { lexpr, rexpr } = condition.fields;
  const left = resolve(lexpr);
  const right = resolve(rexpr);
  const how = comparisonOf(condition.fields);
  if (how === null) return;
  if (left === null || right === null) {
    const side = left ?? right;
    if (side !== null) note(how, side);
  } else if (how === "equal" && left.relation !== right.relation) {
    for (const side of [left, right]) note("join", side);
  }
}

/** What an index could do with a comparison; null for operators that a b-tree does not serve. */
function comparisonOf({ kind, name }: Fields): "equal" | "range" | null {
  const operator = namesIn(name).at(-1) ?? "";
  if (kind === "AEXPR_BETWEEN" || RANGE_OPERATORS.has(operator)) return "range";
  return operator === "=" ? "equal" : null;
}

function note(how: "equal" | "range" | "join", { relation, column }: Column): void {
  const columns = relation.scan[how];
  if (!columns.includes(column)) columns.push(column);
}

function columnOf(value: unknown, relations: Relation[]): Column | null {
  const node = nodeOf(value);
  if (node?.kind === "TypeCast") return columnOf(node.fields["arg"], relations);
  if (node?.kind !== "ColumnRef") return null;
  const names = namesIn(node.fields["fields"]);
  const column = names.at(-1);
  const alias = names.at(-2);
  if (column === undefined) return null;
  const owners = relations.filter(
    (relation) =>
      (alias === undefined || relation.alias === alias) &&
      relation.scan.table.columns.some((known) => known.column === column),
  );
  const [owner] = owners;
  return owner === undefined || (alias === undefined && owners.length > 1) ? null : { relation: owner, column };
}

type SortKey = { relation: Relation; key: ColumnKey } | null;

function sortKeyOf(key: Node, resolve: Resolve): SortKey {
  const column = resolve(key.fields["node"]);
  if (column === null || key.fields["sortby_nulls"] !== "SORTBY_NULLS_DEFAULT") return null;
  const direction = key.fields["sortby_dir"] === "SORTBY_DESC" ? "desc" : "asc";
  return { relation: column.relation, key: { column: column.column, direction } };
}

/** An index gives an order only when every sort key is a plain column of one table. */
function readSort(keys: SortKey[]): void {
  const [first] = keys;
  if (first === undefined || first === null) return;
  if (keys.every((key) => key !== null && key.relation === first.relation)) {
    first.relation.scan.sort = keys.flatMap((key) => (key === null ? [] : [key.key]));
  }
}
