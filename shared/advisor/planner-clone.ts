import { rm } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import { identifier } from "../core/identifier.ts";
import type { Candidate } from "./candidates.ts";
import { heightOf } from "./btree-pages.ts";
import { type Catalog, type CatalogTable, statisticsOf } from "./catalog.ts";
import { addCandidates } from "./clone-candidates.ts";
import {
  createExtensions,
  createFunctions,
  createSchemas,
  createTable,
  createTypes,
  createViews,
  inOrder,
  searchPath,
  standIns,
  type Step,
  usableSettings,
} from "./clone-ddl.ts";
import { explain, leadingColumns, type Switches, withoutSkipScans } from "./clone-explain.ts";
import { type LoadedInThread, messageOf, type Planned, type PlanWish } from "./clone-protocol.ts";
import { clear, type CloneStorage, openStorage, restoreSizes, restoreStatistics } from "./clone-storage.ts";
import { restoreExtendedStatistics } from "./extended-statistics.ts";

/** Skip scans came with PostgreSQL 18: for an older server a plan with one is a plan that it cannot make. */
const SKIP_SCAN_VERSION = 180000;

export type OpenClone = {
  load: (catalog: Catalog, candidates: readonly Candidate[]) => Promise<LoadedInThread>;
  plan: (query: string, on: readonly number[], wish: PlanWish) => Promise<Planned>;
  close: () => Promise<void>;
};

/**
 * An in-process PostgreSQL that holds a server's planner state and none of its data: empty tables with the server's statistics and
 * sizes. Kept in `folder`; making the first one takes seconds, later ones start from a template.
 */
export async function openClone(folder: string): Promise<OpenClone> {
  const storage = await openStorage(folder);
  const { database } = storage;
  let leading: ReadonlyMap<string, string> | null = null;
  return {
    load: async (catalog, candidates) => {
      const loaded = await loadCatalog(storage, catalog, candidates);
      leading = catalog.version < SKIP_SCAN_VERSION ? await leadingColumns(database) : null;
      return loaded;
    },
    plan: async (query, on, wish) => {
      const switches: Switches = { on, without: wish.without ?? [], settings: wish.settings ?? {}, hidden: [] };
      const first = await explain(database, query, switches, wish.text ?? true);
      return leading === null ? first : withoutSkipScans(database, leading, { query, switches, first });
    },
    close: async (): Promise<void> => {
      await database.close();
      await rm(storage.folder, { recursive: true, force: true });
    },
  };
}

async function loadCatalog(
  storage: CloneStorage,
  catalog: Catalog,
  candidates: readonly Candidate[],
): Promise<LoadedInThread> {
  const { database } = storage;
  const problems = standIns(catalog);
  await clear(storage);
  await database.exec(createSchemas(catalog));
  await database.exec(searchPath(catalog));
  await carryOut(database, [...createExtensions(catalog), ...createTypes(catalog)], problems);
  await carryOut(
    database,
    inOrder(catalog).map((table) => createTable(table, catalog)),
    problems,
  );
  await carryOut(database, [...createFunctions(catalog), ...createViews(catalog)], problems);
  await loadIndexes(storage, catalog, problems);
  const { indexes, failed } = await addCandidates(storage, candidates);
  await restoreSizes(storage, tableSizes(catalog));
  problems.push(
    ...(await restoreStatistics(
      storage,
      catalog.tables.flatMap(({ statistics }) => statistics),
    )),
  );
  problems.push(...(await restoreExtendedStatistics(database, catalog)), ...partitionProblems(catalog));
  for (const setting of usableSettings(catalog)) await trySet(database, setting, problems);
  return { indexes, failed, problems };
}

/** Carries out steps in as few calls as they allow: together, or one by one when one of them fails. */
async function carryOut(database: PGlite, steps: readonly Step[], problems: string[]): Promise<void> {
  try {
    await database.exec(["begin", ...steps.map(({ sql }) => sql), "commit"].join(";\n"));
  } catch {
    await database.exec("rollback");
    for (const { sql, what } of steps) {
      try {
        await database.exec(sql);
      } catch (error) {
        problems.push(`${what} is left out: ${messageOf(error)}`);
      }
    }
  }
}

async function loadIndexes(storage: CloneStorage, catalog: Catalog, problems: string[]): Promise<void> {
  const valid = catalog.tables.flatMap((table) =>
    table.indexes
      .filter(({ is_valid }) => is_valid)
      .map((index) => ({ ...index, isPartitioned: table.kind === "p", table })),
  );
  const steps = valid.map(({ definition, index }) => ({ sql: definition, what: `index ${index}` }));
  await carryOut(storage.database, steps, problems);
  const keys = valid.filter(({ is_primary, isPartitioned }) => is_primary && !isPartitioned);
  // A query may group by a primary key and select the rest: only the constraint says that it may.
  await carryOut(
    storage.database,
    keys.map(({ table, index }) => primaryKey(table, index)),
    [],
  );
  const sizes = valid
    .filter(({ isPartitioned }) => !isPartitioned)
    .map(({ table, ...index }) => ({
      schema: index.schema,
      name: index.index,
      bytes: index.bytes,
      pages: index.pages,
      rows: index.rows,
      visible: 0,
      height: index.method === "btree" ? heightOf(index.bytes / PAGE_BYTES, widthOf(table, index)) : 0,
    }));
  await restoreSizes(storage, sizes);
  problems.push(...(await restoreStatistics(storage, catalog.indexStatistics)));
}

const PAGE_BYTES = 8192;

const widthOf = (table: CatalogTable, { key_columns }: IndexFacts): number =>
  key_columns.reduce((sum, column) => sum + (statisticsOf(table, column ?? "")?.average_width ?? 16), 0);

const primaryKey = ({ schema, table }: { schema: string; table: string }, index: string): Step => ({
  sql: `alter table ${identifier(schema, table)} add primary key using index ${identifier(index)}`,
  what: `primary key ${index}`,
});

const tableSizes = ({ tables }: Catalog) =>
  tables.map(({ schema, table, bytes, pages, rows, all_visible_pages: visible }) => ({
    schema,
    name: table,
    bytes,
    pages,
    rows,
    visible,
  }));

const partitionProblems = ({ tables, partitions }: Catalog): string[] =>
  partitions.flatMap((one) => {
    const known = partitions.filter(({ parent_oid }) => parent_oid === one.oid).length;
    const name = tables.find(({ oid }) => oid === one.oid)?.table ?? "";
    return known < one.partitions ? [`${name} is planned with ${known} of its ${one.partitions} partitions`] : [];
  });

async function trySet(database: PGlite, setting: { name: string; value: string }, problems: string[]): Promise<void> {
  try {
    await database.query("select set_config($1, $2, false)", [setting.name, setting.value]);
  } catch (error) {
    problems.push(`setting ${setting.name} is left out: ${messageOf(error)}`);
  }
}
