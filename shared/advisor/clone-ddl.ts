import type { ColumnFacts } from "../catalogue/diagnostics/columns.ts";
import { identifier } from "../core/identifier.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Schemas and enum types of the clone. */
export function createTypes(catalog: Catalog): string {
  const schemas = new Set([...catalog.schemas, ...catalog.tables.map(({ schema }) => schema)]);
  const enums = catalog.enums.map(
    ({ labels }, position) => `create type pgmedic_enum_${position} as enum (${labels.map(literal).join(", ")});`,
  );
  return `${[...schemas].map((schema) => `create schema if not exists ${identifier(schema)};`).join("\n")}
    set search_path = ${[...catalog.schemas].map((schema) => identifier(schema)).join(", ")};
    ${enums.join("\n")}`;
}

/** A table of the clone: names, types and collations, no constraint and no default, since no row will ever be in it. */
export function createTable(table: CatalogTable, catalog: Catalog): string {
  const columns = table.columns.map(
    (column) =>
      `${identifier(column.column)} ${typeOf(column, catalog)}${collationOf(column)}${column.is_not_null ? " not null" : ""}`,
  );
  return `create table ${identifier(table.schema, table.table)} (${columns.join(", ")})`;
}

function typeOf(column: ColumnFacts, catalog: Catalog): string {
  const position = catalog.enums.findIndex(({ type }) => type === column.type || type === column.base_type);
  if (position >= 0) return identifier(catalog.schemas[0] ?? "public", `pgmedic_enum_${position}`);
  // A type from an extension that the clone lacks is planned as text: width and statistics still come from the server.
  if (column.type_kind !== "d" && column.type_schema !== "pg_catalog") return "text";
  return column.base_type;
}

// The clone's default collation is C; a server's is not, and a prefix search on text depends on it.
function collationOf(column: ColumnFacts): string {
  const isText = /^(text|character varying|character)\b/.test(column.base_type);
  if (!isText || column.type_kind === "e") return "";
  return column.collation === "C" || column.collation === "POSIX" ? ' collate "C"' : ' collate "und-x-icu"';
}

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
  ...catalog.settings.filter(({ name }) => !LEFT_OUT.has(name)),
  ...NEWER_FEATURES.filter(({ since }) => catalog.version < since).map(({ name }) => ({ name, value: "off" })),
];

// `enable_` settings that are not about planning queries.
const LEFT_OUT = new Set(["enable_partition_pruning"]);
