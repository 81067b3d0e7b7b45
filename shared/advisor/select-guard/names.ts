import { type Fields, fieldsIn, namesIn, type Node, nodeOf, nodesIn } from "../syntax.ts";
import { ROW_FUNCTIONS } from "./allowed-functions.ts";

/** A table that a guarded query may read, with all its columns. Views are no tables: their functions would run unseen. */
export type GuardedTable = { schema: string; table: string; columns: readonly string[] };
export type GuardRules = { tables: readonly GuardedTable[]; searchPath: readonly string[] };

export type RelationName = { schema: string; table: string };
export type ReadNames = { ok: true; relations: RelationName[] } | { ok: false; because: string };

/** `null` stands for a column without a name that the query could use. */
type Columns = readonly (string | null)[];
type Item = { alias: string | null; columns: Columns };
type Ctes = ReadonlyMap<string, Columns>;
type Reading = {
  rules: GuardRules;
  items: Item[];
  relations: Map<string, RelationName>;
  references: { alias: string; column: string }[];
  problems: string[];
};

const SYSTEM_COLUMNS = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"];

/**
 * Which tables a query reads, and whether each `alias.column` in it is a column. That matters: where there is no such column PostgreSQL
 * takes `f.pg_sleep` for the call `pg_sleep(f)`. A reference passes only when every item of that alias in the whole query has the column,
 * so it does not depend on what is visible where.
 */
export function readNames(statement: Node, rules: GuardRules): ReadNames {
  const reading: Reading = { rules, items: [], relations: new Map(), references: [], problems: [] };
  readSelect(statement.fields, new Map(), reading);
  for (const { alias, column } of reading.references) {
    const items = reading.items.filter((item) => item.alias === alias);
    if (items.length === 0) reading.problems.push(`${alias}.${column}: nothing in FROM is called ${alias}`);
    if (items.some(({ columns }) => !columns.includes(column)))
      reading.problems.push(
        `${alias}.${column} is no column of everything called ${alias}, so it could be a function call`,
      );
  }
  const [because] = reading.problems;
  return because === undefined ? { ok: true, relations: [...reading.relations.values()] } : { ok: false, because };
}

/** Reads a SELECT with all below it; returns the columns of its result. */
function readSelect(fields: Fields, outer: Ctes, reading: Reading): Columns {
  const { withClause, larg, rarg, fromClause, ...others } = fields;
  const ctes = withCtes(fieldsIn(withClause), outer, reading);
  const left = fieldsIn(larg);
  const right = fieldsIn(rarg);
  if (left !== null && right !== null) {
    const columns = readSelect(left, ctes, reading);
    readSelect(right, ctes, reading);
    readExpression(others, ctes, reading);
    return columns;
  }
  const items = nodesIn(fromClause).flatMap((item) => readItem(item, ctes, reading));
  readExpression(others, ctes, reading);
  const [row] = nodesIn(fields["valuesLists"]);
  if (row !== undefined) return nodesIn(row.fields["items"]).map((_, at) => `column${at + 1}`);
  return nodesIn(fields["targetList"]).flatMap((target) => outputsOf(target, items));
}

function withCtes(clause: Fields | null, outer: Ctes, reading: Reading): Ctes {
  const ctes = new Map(outer);
  if (clause === null) return ctes;
  const given = nodesIn(clause["ctes"]).map(({ fields }) => ({
    name: String(fields["ctename"]),
    names: namesIn(fields["aliascolnames"]),
    query: nodeOf(fields["ctequery"]),
  }));
  // Within its own text a recursive one is known by its explicit column names only.
  if (clause["recursive"] === true) for (const { name, names } of given) ctes.set(name, names);
  for (const { name, names, query } of given) {
    if (query?.kind !== "SelectStmt") reading.problems.push(`WITH ${name} is no SELECT`);
    else ctes.set(name, renamed(readSelect(query.fields, ctes, reading), names));
  }
  return ctes;
}

/** A list of new names replaces the old ones. Those beyond the list keep their name in PostgreSQL; here they have none. */
const renamed = (columns: Columns, names: readonly string[]): Columns => (names.length > 0 ? names : columns);

/** Every part of an expression: references to columns are kept, queries within are read. */
function readExpression(value: unknown, ctes: Ctes, reading: Reading): void {
  if (Array.isArray(value)) {
    for (const one of value) readExpression(one, ctes, reading);
    return;
  }
  const node = nodeOf(value);
  if (node?.kind === "SelectStmt") readSelect(node.fields, ctes, reading);
  else if (node?.kind === "ColumnRef") readReference(node.fields, reading);
  else for (const field of Object.values(node?.fields ?? fieldsIn(value) ?? {})) readExpression(field, ctes, reading);
}

function readReference({ fields }: Fields, reading: Reading): void {
  const parts = nodesIn(fields).map(({ kind, fields: { sval } }) => (kind === "String" ? String(sval) : null));
  const alias = parts.at(-2);
  const column = parts.at(-1);
  if (parts.length > 3) reading.problems.push("a column is named by at most schema, table and column");
  if (parts.length > 1 && alias != null && column != null) reading.references.push({ alias, column });
}

/** An item of FROM: what its aliases are and which columns they have. */
function readItem(node: Node, ctes: Ctes, reading: Reading): Item[] {
  const { kind, fields } = node;
  const alias = fieldsIn(fields["alias"]);
  const aliasName = typeof alias?.["aliasname"] === "string" ? alias["aliasname"] : null;
  const item = (name: string | null, columns: Columns): Item => {
    const made = { alias: name, columns: renamed(columns, namesIn(alias?.["colnames"])) };
    reading.items.push(made);
    return made;
  };
  if (kind === "RangeVar") {
    const columns = columnsOfRelation(fields, ctes, reading);
    return [item(aliasName ?? String(fields["relname"]), columns)];
  }
  if (kind === "RangeSubselect") {
    const query = nodeOf(fields["subquery"]);
    return query === null ? [] : [item(aliasName, readSelect(query.fields, ctes, reading))];
  }
  if (kind === "RangeFunction") {
    readExpression(fields["functions"], ctes, reading);
    const { name, columns } = functionColumns(fields, aliasName);
    return [item(aliasName ?? name, columns)];
  }
  if (kind === "JoinExpr") {
    const sides = [fields["larg"], fields["rarg"]].flatMap((side) => {
      const one = nodeOf(side);
      return one === null ? [] : readItem(one, ctes, reading);
    });
    readExpression(fields["quals"], ctes, reading);
    return aliasName === null
      ? sides
      : [
          item(
            aliasName,
            sides.flatMap(({ columns }) => columns),
          ),
        ];
  }
  reading.problems.push(`FROM may not hold ${kind}`);
  return [];
}

function columnsOfRelation({ schemaname, relname }: Fields, ctes: Ctes, reading: Reading): Columns {
  const name = String(relname);
  const cte = schemaname === undefined ? ctes.get(name) : undefined;
  if (cte !== undefined) return cte;
  const table = tableNamed(name, typeof schemaname === "string" ? schemaname : null, reading.rules);
  if (table === null) {
    reading.problems.push(
      `${typeof schemaname === "string" ? `${schemaname}.` : ""}${name} is not a table that may be read`,
    );
    return [];
  }
  reading.relations.set(JSON.stringify([table.schema, table.table]), { schema: table.schema, table: table.table });
  return [...table.columns, ...SYSTEM_COLUMNS];
}

/** Without a schema pg_catalog comes first, as on a server; then the search path in its order. */
function tableNamed(name: string, schema: string | null, { tables, searchPath }: GuardRules): GuardedTable | null {
  const schemas = schema === null ? (name.startsWith("pg_") ? ["pg_catalog"] : searchPath) : [schema];
  for (const one of schemas) {
    const table = tables.find((known) => known.schema === one && known.table === name);
    if (table !== undefined) return table;
  }
  return null;
}

function functionColumns(fields: Fields, alias: string | null): { name: string | null; columns: Columns } {
  const calls = nodesIn(fields["functions"]).map(({ fields: { items } }) => nodesIn(items)[0]);
  const [call] = calls;
  if (calls.length !== 1 || call?.kind !== "FuncCall") return { name: null, columns: [] };
  const name = namesIn(call.fields["funcname"]).at(-1) ?? "";
  const known = ROW_FUNCTIONS.get(name);
  const columns = known ?? [alias ?? name];
  return { name, columns: fields["ordinality"] === true ? [...columns, "ordinality"] : columns };
}

/** The columns that one entry of a SELECT list gives; those that PostgreSQL would have to name have none here. */
function outputsOf(target: Node, items: readonly Item[]): Columns {
  const { name, val } = target.fields;
  if (typeof name === "string") return [name];
  const node = nodeOf(val);
  if (node?.kind !== "ColumnRef") return [nameOf(node)];
  const parts = nodesIn(node.fields["fields"]);
  if (parts.at(-1)?.kind !== "A_Star") return [nameOf(node)];
  const [first] = parts;
  const alias = parts.length > 1 ? namesIn(node.fields["fields"]).at(-1) : undefined;
  const shown = first?.kind === "A_Star" ? items : items.filter((item) => item.alias === alias);
  return shown.flatMap(({ columns }) => columns.filter((one) => one === null || !SYSTEM_COLUMNS.includes(one)));
}

function nameOf(node: Node | null): string | null {
  if (node?.kind === "ColumnRef") return namesIn(node.fields["fields"]).at(-1) ?? null;
  if (node?.kind === "FuncCall") return namesIn(node.fields["funcname"]).at(-1) ?? null;
  return node?.kind === "TypeCast" ? nameOf(nodeOf(node.fields["arg"])) : null;
}
