import type { Session } from "../adapters/postgres.ts";
import { type Catalog, CLONED_EXTENSIONS } from "../advisor/catalog.ts";
import { parseSql } from "../advisor/syntax.ts";
import { columnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import { columns } from "../catalogue/diagnostics/columns.ts";
import { enumLabels } from "../catalogue/diagnostics/enum-labels.ts";
import { indexes } from "../catalogue/diagnostics/indexes.ts";
import { plannerDatabase } from "../catalogue/diagnostics/planner-database.ts";
import { plannerExtensions } from "../catalogue/diagnostics/planner-extensions.ts";
import { plannerForeignKeys } from "../catalogue/diagnostics/planner-foreign-keys.ts";
import { plannerFunctions } from "../catalogue/diagnostics/planner-functions.ts";
import { plannerPartitions } from "../catalogue/diagnostics/planner-partitions.ts";
import { plannerSettings } from "../catalogue/diagnostics/planner-settings.ts";
import { plannerStatistics } from "../catalogue/diagnostics/planner-statistics.ts";
import { plannerViews } from "../catalogue/diagnostics/planner-views.ts";
import { tables } from "../catalogue/diagnostics/tables.ts";
import type { TableFacts } from "../catalogue/diagnostics/tables.ts";

/** `functionNames` are those that the workload calls: a user's own among them are planned as shells. */
export type CatalogRequest = {
  version: number;
  schemas: readonly string[];
  tableNames: readonly string[];
  functionNames?: readonly string[];
};

/** Reads what the planner knows of the named tables, of what hangs on them, and of nothing else: a server may have thousands. */
export async function readCatalog(session: Session, request: CatalogRequest): Promise<Catalog> {
  const { version, schemas, tableNames, functionNames = [] } = request;
  const named = await session.query(tables, [schemas, tableNames]);
  const keys = await session.query(plannerForeignKeys, [named.map(({ oid }) => oid)]);
  const found = [...named, ...(await childrenOf(session, keys, named))];
  const oids = found.map(({ oid }) => oid);
  const places = {
    schemas: [...new Set(found.map(({ schema }) => schema))],
    names: [...new Set(found.map(({ table }) => table))],
  };
  const ofColumns = Map.groupBy(await session.query(columns, [oids]), ({ table_oid }) => table_oid);
  const ofIndexes = Map.groupBy(await session.query(indexes, [oids]), ({ table_oid }) => table_oid);
  const [database] = await session.query(plannerDatabase);
  const indexNames = [...ofIndexes.values()].flat().map(({ index }) => index);
  const ofStatistics = Map.groupBy(
    await session.query(columnStatistics, [places.schemas, [...places.names, ...indexNames]]),
    ({ schema, table }) => `${schema}.${table}`,
  );
  return {
    version,
    schemas,
    isCCollated: database?.is_c_collated ?? false,
    tables: found.map((table) => ({
      ...table,
      columns: ofColumns.get(table.oid) ?? [],
      indexes: ofIndexes.get(table.oid) ?? [],
      statistics: ofStatistics.get(`${table.schema}.${table.table}`) ?? [],
    })),
    indexStatistics: [...ofIndexes.values()]
      .flat()
      .flatMap(({ schema, index }) => ofStatistics.get(`${schema}.${index}`) ?? []),
    enums: await session.query(enumLabels, [oids]),
    settings: await session.query(plannerSettings),
    extensions: await session.query(plannerExtensions, [CLONED_EXTENSIONS]),
    views: await viewsOf(session, request),
    functions: functionNames.length === 0 ? [] : await session.query(plannerFunctions, [schemas, functionNames]),
    partitions: await session.query(plannerPartitions, [oids]),
    extendedStatistics: await session.query(plannerStatistics, [oids]),
    foreignKeys: keys,
  };
}

async function viewsOf(session: Session, { schemas, tableNames }: CatalogRequest): Promise<Catalog["views"]> {
  const views = await session.query(plannerViews, [schemas, tableNames]);
  return Promise.all(
    views.map(async (view) => {
      const parsed = await parseSql(view.definition);
      return { ...view, syntax: parsed.ok ? (parsed.statements[0] ?? null) : null };
    }),
  );
}

/** The tables that foreign keys come from, as far as they are not known already. */
async function childrenOf(
  session: Session,
  keys: readonly { child_oid: number; child_schema: string; child_table: string }[],
  known: readonly TableFacts[],
): Promise<TableFacts[]> {
  const missing = keys.filter(({ child_oid }) => !known.some(({ oid }) => oid === child_oid));
  if (missing.length === 0) return [];
  const schemas = missing.map(({ child_schema }) => child_schema);
  const found = await session.query(tables, [schemas, missing.map(({ child_table }) => child_table)]);
  return found.filter(({ oid }) => missing.some(({ child_oid }) => child_oid === oid));
}
