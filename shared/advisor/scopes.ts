import { type Catalog, tableNamed } from "./catalog.ts";
import type { Binding } from "./expressions.ts";
import { newScan, type Scan } from "./scan.ts";
import { descendants, type Fields, fieldsIn, namesIn, type Node, nodeOf, nodesIn } from "./syntax.ts";

/** Something that columns come from: a table's scan, or a query below with its output columns. */
export type Source = {
  alias: string;
  columnNames: readonly string[];
  columns: ReadonlyMap<string, Binding[]>;
  scan: Scan | null;
};

/** What a query block sees: its own sources, then those around it; and queries that WITH has named. */
export type Scope = {
  catalog: Catalog;
  sources: Source[];
  outer: Scope | null;
  named: ReadonlyMap<string, Outputs>;
  /** Every scan found so far, in order of appearance. */
  scans: Scan[];
};
/** The columns that a query puts out, in order. */
export type Outputs = { name: string; bindings: Binding[] }[];

/** Reads a query below with the given surroundings; answers its output columns. */
export type ReadQuery = (query: Node, surroundings: Scope) => Outputs;

/** The sources that a FROM item brings, in order; queries below are read with `read`. */
export function sourcesOf(item: Node, scope: Scope, read: ReadQuery): Source[] {
  switch (item.kind) {
    case "RangeVar":
      return [namedSource(item.fields, scope, read)];
    case "JoinExpr":
      return [item.fields["larg"], item.fields["rarg"]].flatMap((side) => {
        const node = nodeOf(side);
        return node === null ? [] : sourcesOf(node, scope, read);
      });
    case "RangeSubselect": {
      const query = nodeOf(item.fields["subquery"]);
      // A lateral query sees the sources before it; others do not, but names that they do not know are not theirs to find.
      return query === null ? [] : [derived(aliasOf(item.fields) ?? "", read(query, scope), item.fields)];
    }
    default:
      return [{ alias: aliasOf(item.fields) ?? "", columnNames: [], columns: new Map(), scan: null }];
  }
}

/** A table, a view, or a query that WITH has named. */
export function namedSource(fields: Fields, scope: Scope, read: ReadQuery): Source {
  const name = String(fields["relname"]);
  const schema = typeof fields["schemaname"] === "string" ? fields["schemaname"] : null;
  const alias = aliasOf(fields) ?? name;
  const common = schema === null ? namedQuery(scope, name) : null;
  if (common !== null) return derived(alias, common, fields);
  const table = tableNamed(scope.catalog, name, schema);
  if (table !== null) return tableSource(alias, newScan(table), scope);
  const view = viewQuery(scope.catalog, name, schema);
  if (view !== null)
    return derived(alias, read(view, { ...scope, sources: [], outer: null, named: new Map() }), fields);
  return { alias, columnNames: [], columns: new Map(), scan: null };
}

function tableSource(alias: string, scan: Scan, scope: Scope): Source {
  scope.scans.push(scan);
  const columnNames = scan.table.columns.map(({ column }) => column);
  return { alias, columnNames, columns: new Map(columnNames.map((column) => [column, [{ scan, column }]])), scan };
}

function derived(alias: string, outputs: Outputs, fields: Fields): Source {
  const renamed = namesIn(fieldsIn(fields["alias"])?.["colnames"]);
  const columns = outputs.map(({ name, bindings }, at): [string, Binding[]] => [renamed[at] ?? name, bindings]);
  return { alias, columnNames: columns.map(([name]) => name), columns: new Map(columns), scan: null };
}

const aliasOf = (fields: Fields): string | null => {
  const alias = fieldsIn(fields["alias"])?.["aliasname"];
  return typeof alias === "string" ? alias : null;
};

function namedQuery(scope: Scope | null, name: string): Outputs | null {
  if (scope === null) return null;
  return scope.named.get(name) ?? namedQuery(scope.outer, name);
}

function viewQuery(catalog: Catalog, name: string, schema: string | null): Node | null {
  for (const place of schema === null ? catalog.schemas : [schema]) {
    const view = catalog.views.find((candidate) => candidate.view === name && candidate.schema === place);
    if (view !== undefined) return view.syntax;
  }
  return null;
}

/** The columns that a reference means: `a`, `t.a` or `s.t.a`, looked for in the block and then around it. */
export function resolveIn(scope: Scope, reference: Node): Binding[] {
  const names = namesIn(reference.fields["fields"]);
  const column = names.at(-1);
  const alias = names.at(-2);
  if (column === undefined) return [];
  for (let place: Scope | null = scope; place !== null; place = place.outer) {
    const owners = place.sources.filter(
      (source) => (alias === undefined || source.alias === alias) && source.columns.has(column),
    );
    const [owner] = owners;
    if (owner !== undefined) return alias === undefined && owners.length > 1 ? [] : (owner.columns.get(column) ?? []);
  }
  return [];
}

/** Notes which columns of each scan a block reads, for index-only scans. */
export function noteReads(block: Node, scope: Scope): void {
  for (const reference of descendants(block.fields)) {
    if (reference.kind !== "ColumnRef") continue;
    if (nodesIn(reference.fields["fields"]).some(({ kind }) => kind === "A_Star")) noteAll(reference, scope);
    for (const { scan, column } of resolveIn(scope, reference)) scan.read?.add(column);
  }
}

function noteAll(star: Node, scope: Scope): void {
  const [alias] = namesIn(star.fields["fields"]);
  for (const source of scope.sources) {
    if (source.scan !== null && (alias === undefined || source.alias === alias)) source.scan.read = null;
  }
}
