import type { ColumnFacts } from "../catalogue/diagnostics/columns.ts";
import type { ColumnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import type { EnumLabels } from "../catalogue/diagnostics/enum-labels.ts";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { PartitionFacts } from "../catalogue/diagnostics/planner-partitions.ts";
import type { ExtensionFacts } from "../catalogue/diagnostics/planner-extensions.ts";
import type { UnindexedForeignKey } from "../catalogue/diagnostics/planner-foreign-keys.ts";
import type { FunctionFacts } from "../catalogue/diagnostics/planner-functions.ts";
import type { PlannerSetting } from "../catalogue/diagnostics/planner-settings.ts";
import type { StatisticsObject } from "../catalogue/diagnostics/planner-statistics.ts";
import type { ViewFacts } from "../catalogue/diagnostics/planner-views.ts";
import type { TableFacts } from "../catalogue/diagnostics/tables.ts";
import type { Node } from "./syntax.ts";

/** One table of the watched server with all that the planner knows of it. */
export type CatalogTable = TableFacts & {
  columns: readonly ColumnFacts[];
  indexes: readonly IndexFacts[];
  statistics: readonly ColumnStatistics[];
};

/** The part of a server's catalog that an investigation needs. */
export type Catalog = {
  version: number;
  /** Schemas in the order in which an unqualified name is looked up. */
  schemas: readonly string[];
  /** Whether text without a collation of its own sorts by its bytes. */
  isCCollated: boolean;
  tables: readonly CatalogTable[];
  /** What ANALYZE knows of expressions of existing indexes; the index's name stands for the table. */
  indexStatistics: readonly ColumnStatistics[];
  enums: readonly EnumLabels[];
  settings: readonly PlannerSetting[];
  extensions: readonly ExtensionFacts[];
  /** Innermost first; without syntax where the definition does not parse. */
  views: readonly (ViewFacts & { syntax: Node | null })[];
  functions: readonly FunctionFacts[];
  partitions: readonly PartitionFacts[];
  extendedStatistics: readonly StatisticsObject[];
  /** Foreign keys to the tables, where the child has no index on them and is large. */
  foreignKeys: readonly UnindexedForeignKey[];
};

/** The extensions whose types, functions and operator classes the clone can plan with. */
export const CLONED_EXTENSIONS: readonly string[] = [
  "btree_gin",
  "btree_gist",
  "citext",
  "hstore",
  "intarray",
  "ltree",
  "pg_trgm",
  "pgcrypto",
  "unaccent",
  "uuid-ossp",
];

/** The table that a name in a query means; null when it is not watched, or a view. */
export function tableNamed(catalog: Catalog, name: string, schema: string | null): CatalogTable | null {
  for (const place of schema === null ? catalog.schemas : [schema]) {
    const table = catalog.tables.find((candidate) => candidate.table === name && candidate.schema === place);
    if (table !== undefined) return table;
  }
  return null;
}

/** What ANALYZE knows of a column; of a partitioned table what it knows of all partitions together. */
export function statisticsOf(table: CatalogTable, column: string): ColumnStatistics | null {
  const known = table.statistics.filter((candidate) => candidate.column === column);
  return known.find(({ inherited }) => inherited === (table.kind === "p")) ?? known[0] ?? null;
}

/** How many distinct values a column has, from pg_stats: negative figures are shares of the rows. Null without statistics. */
export function distinctValues(table: CatalogTable, column: string): number | null {
  const statistics = statisticsOf(table, column);
  if (statistics === null || statistics.distinct === 0) return null;
  return statistics.distinct > 0 ? statistics.distinct : -statistics.distinct * Math.max(table.rows, 1);
}

/** The column of a table by its name. */
export const columnNamed = (table: CatalogTable, column: string): ColumnFacts | null =>
  table.columns.find((known) => known.column === column) ?? null;

/** A type's name without length or precision: `character varying(20)` is `character varying`. */
export const plainType = (type: string): string => type.replaceAll(/\(\d+(?:,-?\d+)?\)/g, "");

/** Whether a column's text sorts by its bytes. */
export const sortsByBytes = (catalog: Catalog, column: ColumnFacts): boolean =>
  column.collation === null ? catalog.isCCollated : column.collation === "C" || column.collation === "POSIX";
