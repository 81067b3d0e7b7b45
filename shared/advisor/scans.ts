import { readConditions } from "./conditions.ts";
import type { Catalog } from "./catalog.ts";
import type { Binding } from "./expressions.ts";
import { readOrder } from "./order.ts";
import type { Scan } from "./scan.ts";
import { namedSource, noteReads, type Outputs, resolveIn, type Scope, sourcesOf } from "./scopes.ts";
import { descendants, fieldsIn, namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

export type { Scan } from "./scan.ts";

/** The names of the relations that a statement reads or changes, as written: the catalog is then asked for just these. */
export function tableNames(statement: Node): string[] {
  const names: string[] = [];
  for (const { kind, fields } of descendants({ [statement.kind]: statement.fields })) {
    const target = kind === "RangeVar" ? fields : fieldsIn(fields["relation"]);
    if (typeof target?.["relname"] === "string") names.push(target["relname"]);
  }
  return names;
}

/** The names of the functions that a statement calls. */
export const functionNames = (statement: Node): string[] =>
  [...descendants({ [statement.kind]: statement.fields })].flatMap(({ kind, fields }) =>
    kind === "FuncCall" ? namesIn(fields["funcname"]).slice(-1) : [],
  );

/** The scans of a statement: one for each table that each of its query blocks names, read through sub-queries, WITH and views. */
export function scansOf(statement: Node, catalog: Catalog): Scan[] {
  const scope: Scope = { catalog, sources: [], outer: null, named: new Map(), scans: [] };
  readBlock(statement, scope);
  return scope.scans;
}

/** Reads one query block and those below it. Answers what it puts out. */
function readBlock(block: Node, surroundings: Scope): Outputs {
  const named = new Map(surroundings.named);
  const scope: Scope = { ...surroundings, sources: [], outer: surroundings, named };
  for (const query of nodesIn(fieldsIn(block.fields["withClause"])?.["ctes"])) readCommon(query, scope, named);
  if (block.kind === "InsertStmt") {
    const query = nodeOf(block.fields["selectStmt"]);
    return query === null ? [] : readBlock(query, scope);
  }
  if (block.fields["larg"] !== undefined) return readUnion(block, scope);
  addSources(block, scope);
  const resolve = (reference: Node): Binding[] => resolveIn(scope, reference);
  noteReads(block, scope);
  readConditions(block.fields["whereClause"], resolve);
  for (const clause of joinClauses(block)) readConditions(clause, resolve);
  readBelow(block, scope);
  const outputs = outputsOf(block, scope);
  readOrder(block, scope);
  return outputs;
}

function readCommon(query: Node, scope: Scope, named: Map<string, Outputs>): void {
  const body = nodeOf(query.fields["ctequery"]);
  const name = query.fields["ctename"];
  if (body === null || typeof name !== "string") return;
  const outputs = readBlock(body, scope);
  const renamed = namesIn(query.fields["aliascolnames"]);
  named.set(
    name,
    outputs.map((output, at) => ({ ...output, name: renamed[at] ?? output.name })),
  );
}

/** A UNION puts out the columns of each of its arms: a condition on one is a condition in all of them. */
function readUnion(block: Node, scope: Scope): Outputs {
  const arms = [block.fields["larg"], block.fields["rarg"]].map((arm) => {
    const fields = fieldsIn(arm);
    return fields === null ? [] : readBlock({ kind: "SelectStmt", fields }, scope);
  });
  const [left = [], right = []] = arms;
  return left.map(({ name, bindings }, at) => ({ name, bindings: [...bindings, ...(right[at]?.bindings ?? [])] }));
}

function addSources(block: Node, scope: Scope): void {
  const target = fieldsIn(block.fields["relation"]);
  if (target !== null) scope.sources.push(namedSource(target, scope, readBlock));
  const items = [...nodesIn(block.fields["fromClause"]), ...nodesIn(block.fields["usingClause"])];
  const source = nodeOf(block.fields["sourceRelation"]);
  for (const item of source === null ? items : [...items, source]) {
    scope.sources.push(...sourcesOf(item, scope, readBlock));
  }
}

function* joinClauses(block: Node): Generator {
  yield block.fields["joinCondition"];
  const stack = nodesIn(block.fields["fromClause"]);
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    if (item.kind !== "JoinExpr") continue;
    yield item.fields["quals"];
    for (const side of [item.fields["larg"], item.fields["rarg"]])
      stack.push(...(nodeOf(side) === null ? [] : nodesIn([side])));
  }
}

/** Queries in conditions and in the target list; they see this block's columns. */
function readBelow(block: Node, scope: Scope): void {
  const places = ["whereClause", "targetList", "havingClause", "joinCondition", "sortClause", "fromClause"];
  for (const place of places) {
    for (const { fields } of topSubLinks(block.fields[place])) {
      const query = nodeOf(fields["subselect"]);
      if (query !== null) linkOutputs({ kind: "SubLink", fields }, readBlock(query, scope));
    }
  }
}

/** `x IN (SELECT y …)`: the join condition holds for y too. */
function linkOutputs({ fields }: Node, outputs: Outputs): void {
  if (fields["subLinkType"] !== "ANY_SUBLINK") return;
  for (const { bindings } of outputs.slice(0, 1)) {
    for (const { scan, column } of bindings) {
      scan.conditions.push({
        target: { kind: "column", column },
        type: null,
        how: "join",
        operator: "=",
        constant: null,
      });
    }
  }
}

/** Sub-queries of an expression, not those inside of sub-queries or of FROM items, which are read as sources. */
function* topSubLinks(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* topSubLinks(item);
  const fields = fieldsIn(value);
  if (fields === null) return;
  const node = nodeOf(value);
  if (node?.kind === "SubLink") {
    yield node;
    yield* topSubLinks(node.fields["testexpr"]);
  } else if (node?.kind !== "RangeSubselect") {
    for (const field of Object.values(fields)) yield* topSubLinks(field);
  }
}

function outputsOf(block: Node, scope: Scope): Outputs {
  return nodesIn(block.fields["targetList"] ?? block.fields["returningList"]).flatMap(({ fields }): Outputs => {
    const value = nodeOf(fields["val"]);
    const given = typeof fields["name"] === "string" ? fields["name"] : null;
    if (value?.kind !== "ColumnRef") return [{ name: given ?? "", bindings: [] }];
    if (nodesIn(value.fields["fields"]).some(({ kind }) => kind === "A_Star")) return starOutputs(value, scope);
    const name = given ?? namesIn(value.fields["fields"]).at(-1) ?? "";
    return [{ name, bindings: resolveIn(scope, value) }];
  });
}

function starOutputs(star: Node, scope: Scope): Outputs {
  const [alias] = namesIn(star.fields["fields"]);
  return scope.sources
    .filter((source) => alias === undefined || source.alias === alias)
    .flatMap((source) => source.columnNames.map((name) => ({ name, bindings: source.columns.get(name) ?? [] })));
}
