import type { Session } from "../adapters/postgres.ts";
import type { Catalog } from "../advisor/catalog.ts";
import { columnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import { columns } from "../catalogue/diagnostics/columns.ts";
import { enumLabels } from "../catalogue/diagnostics/enum-labels.ts";
import { indexes } from "../catalogue/diagnostics/indexes.ts";
import { plannerSettings } from "../catalogue/diagnostics/planner-settings.ts";
import { tables } from "../catalogue/diagnostics/tables.ts";

export type CatalogRequest = { version: number; schemas: readonly string[]; tableNames: readonly string[] };

/** Reads what the planner knows of the named tables, and of no other: a server may have thousands. */
export async function readCatalog(
  session: Session,
  { version, schemas, tableNames }: CatalogRequest,
): Promise<Catalog> {
  const found = await session.query(tables, [schemas, tableNames]);
  const oids = found.map(({ oid }) => oid);
  const ofColumns = await session.query(columns, [oids]);
  const ofIndexes = await session.query(indexes, [oids]);
  const ofStatistics = await session.query(columnStatistics, [schemas, tableNames]);
  return {
    version,
    schemas,
    tables: found.map((table) => ({
      ...table,
      columns: ofColumns.filter(({ table_oid }) => table_oid === table.oid),
      indexes: ofIndexes.filter(({ table_oid }) => table_oid === table.oid),
      statistics: ofStatistics.filter((known) => known.schema === table.schema && known.table === table.table),
    })),
    enums: await session.query(enumLabels, [oids]),
    settings: await session.query(plannerSettings),
  };
}
