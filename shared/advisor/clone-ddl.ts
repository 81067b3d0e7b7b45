import type { ColumnFacts } from "../catalogue/diagnostics/columns.ts";
import type { PartitionFacts } from "../catalogue/diagnostics/planner-partitions.ts";
import { identifier } from "../core/identifier.ts";
import { literal } from "../core/index-text.ts";
import { type Catalog, type CatalogTable, sortsByBytes } from "./catalog.ts";

/** A statement that rebuilds a part of a server, and what is missing without it. */
export type Step = { sql: string; what: string };

/** Schemas, and the search path of the queries: of the watched schemas, then where extensions live. */
export function createSchemas(catalog: Catalog): string {
  const installed = catalog.extensions.flatMap(({ schema }) => schema ?? []);
  const owners = [...catalog.tables, ...catalog.views, ...catalog.functions].map(({ schema }) => schema);
  const schemas = new Set([
    ...catalog.schemas,
    ...installed,
    ...owners,
    ...catalog.extendedStatistics.map(({ schema }) => schema),
  ]);
  return [...schemas]
    .filter((schema) => schema !== "pg_catalog")
    .map((schema) => `create schema if not exists ${identifier(schema)};`)
    .join("\n");
}

export function searchPath(catalog: Catalog): string {
  const schemas = new Set([...catalog.schemas, ...catalog.extensions.flatMap(({ schema }) => schema ?? [])]);
  return `set search_path = ${[...schemas].map((schema) => identifier(schema)).join(", ")}`;
}

/** Extensions that the server has, and those that it may install: their indexes are tried too. */
export const createExtensions = (catalog: Catalog): Step[] =>
  catalog.extensions
    .filter(({ name, schema, is_allowed }) => schema !== null || (name === "pg_trgm" && is_allowed))
    .map(({ name, schema }) => ({
      sql: `create extension if not exists ${identifier(name)} schema ${identifier(schema ?? "public")} cascade`,
      what: `extension ${name}`,
    }));

/** Enum types and domains under their own names, since queries cast to them. */
export function createTypes(catalog: Catalog): Step[] {
  const enums = catalog.enums.map(({ type, labels }) => ({
    sql: `create type ${type} as enum (${labels.map(literal).join(", ")})`,
    what: `type ${type}`,
  }));
  const domains = new Map(
    catalog.tables
      .flatMap(({ columns }) => columns)
      .filter(({ type_kind }) => type_kind === "d")
      .map((column) => [column.type, column.base_type]),
  );
  return [
    ...enums,
    ...[...domains].map(([type, base]) => ({ sql: `create domain ${type} as ${base}`, what: `domain ${type}` })),
  ];
}

/** A table of the clone: names, types and collations, no constraint and no default, since no row will ever be in it. */
export function createTable(table: CatalogTable, catalog: Catalog): Step {
  const place = catalog.partitions.find(({ oid }) => oid === table.oid);
  const parent = catalog.tables.find(({ oid }) => oid === place?.parent_oid);
  const name = identifier(table.schema, table.table);
  const by = place?.key == null ? "" : ` partition by ${place.key}`;
  if (place?.bound != null && parent !== undefined) {
    return {
      sql: `create table ${name} partition of ${identifier(parent.schema, parent.table)} ${place.bound}${by}`,
      what: `partition ${table.table}`,
    };
  }
  const columns = table.columns.map(
    (column) =>
      `${identifier(column.column)} ${typeOf(column, catalog)}${collationOf(column, catalog)}${column.is_not_null ? " not null" : ""}`,
  );
  return { sql: `create table ${name} (${columns.join(", ")})${by}`, what: `table ${table.table}` };
}

/** Tables with parents before their partitions. */
export function inOrder({ tables, partitions }: Catalog): CatalogTable[] {
  const parents = new Map(partitions.map((one: PartitionFacts) => [one.oid, one.parent_oid]));
  const depth = (oid: number): number => {
    const parent = parents.get(oid);
    return parent === null || parent === undefined ? 0 : 1 + depth(parent);
  };
  return tables.toSorted((a, b) => depth(a.oid) - depth(b.oid));
}

const isStandIn = (
  { type_kind, type_schema, type_extension }: ColumnFacts,
  catalog: Catalog,
  base: string,
): boolean => {
  if (type_kind === "d" || type_schema === "pg_catalog") return false;
  if (type_extension !== null)
    return !catalog.extensions.some(({ name, schema }) => name === type_extension && schema !== null);
  return !catalog.enums.some(({ type }) => base === type || base === `${type}[]`);
};

/** A type that the clone cannot have is planned as text: width and statistics still come from the server. */
function typeOf(column: ColumnFacts, catalog: Catalog): string {
  if (isStandIn(column, catalog, column.base_type)) return "text";
  return column.type_kind === "d" ? column.type : column.base_type;
}

/** Columns whose type the clone replaces by text. */
export const standIns = (catalog: Catalog): string[] =>
  catalog.tables.flatMap(({ table, columns }) =>
    columns
      .filter((column) => isStandIn(column, catalog, column.base_type))
      .map(({ column, type }) => `${table}.${column} of type ${type} is planned as text`),
  );

// The clone's default collation is C; a server's is mostly not, and a prefix search on text depends on it.
function collationOf(column: ColumnFacts, catalog: Catalog): string {
  const isText = /^(text|character varying|character)\b/.test(column.base_type) && !column.base_type.endsWith("[]");
  if (!isText || column.type_kind === "e") return "";
  return sortsByBytes(catalog, column) ? ' collate "C"' : ' collate "und-x-icu"';
}

/** A user's function as the planner knows it; what it does is never needed, and never copied. */
export const createFunctions = ({ functions }: Catalog): Step[] =>
  functions.map((known) => {
    const volatility = { i: "immutable", s: "stable" }[known.volatility] ?? "volatile";
    const rows = known.returns_set && known.rows > 0 ? ` rows ${known.rows}` : "";
    const strictness = known.is_strict ? " strict" : "";
    return {
      sql: `create function ${identifier(known.schema, known.function)}(${known.arguments}) returns ${known.result}
        language plpgsql ${volatility}${strictness} cost ${known.cost}${rows} as 'begin raise exception ''a shell''; end'`,
      what: `function ${known.function}`,
    };
  });

export const createViews = ({ views }: Catalog): Step[] =>
  views.map(({ schema, view, definition }) => ({
    sql: `create view ${identifier(schema, view)} as ${definition}`,
    what: `view ${view}`,
  }));

/** Planner features that came after a version: switched off in the clone when the server does not have them. */
const NEWER_FEATURES: readonly { name: string; since: number }[] = [
  { name: "enable_memoize", since: 140000 },
  { name: "enable_presorted_aggregate", since: 160000 },
  { name: "enable_group_by_reordering", since: 170000 },
  { name: "enable_self_join_elimination", since: 180000 },
  { name: "enable_distinct_reordering", since: 180000 },
];

/** The server's planner settings, and "off" for what its version lacks. */
export const usableSettings = (catalog: Catalog): { name: string; value: string }[] => [
  ...catalog.settings,
  ...NEWER_FEATURES.filter(({ since }) => catalog.version < since).map(({ name }) => ({ name, value: "off" })),
];
