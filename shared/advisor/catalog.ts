import type { ColumnFacts } from "../catalogue/diagnostics/columns.ts";
import type { ColumnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import type { EnumLabels } from "../catalogue/diagnostics/enum-labels.ts";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { PlannerSetting } from "../catalogue/diagnostics/planner-settings.ts";
import type { TableFacts } from "../catalogue/diagnostics/tables.ts";

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
  tables: readonly CatalogTable[];
  enums: readonly EnumLabels[];
  settings: readonly PlannerSetting[];
};

/** The table that a name in a query means; null when it is not watched, or a view. */
export function tableNamed(catalog: Catalog, name: string, schema: string | null): CatalogTable | null {
  for (const place of schema === null ? catalog.schemas : [schema]) {
    const table = catalog.tables.find((candidate) => candidate.table === name && candidate.schema === place);
    if (table !== undefined) return table;
  }
  return null;
}

/** How many distinct values a column has, from pg_stats: negative figures are shares of the rows. Null without statistics. */
export function distinctValues(table: CatalogTable, column: string): number | null {
  const statistics = table.statistics.find((candidate) => candidate.column === column);
  if (statistics === undefined || statistics.distinct === 0) return null;
  return statistics.distinct > 0 ? statistics.distinct : -statistics.distinct * Math.max(table.rows, 1);
}
