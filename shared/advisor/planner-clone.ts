import { rm } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";
import { identifier } from "../core/identifier.ts";
import { indexText } from "../core/index-text.ts";
import { type Candidate, estimatedBytes } from "./candidates.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { createTable, createTypes, usableSettings } from "./clone-ddl.ts";
import { clear, type CloneStorage, openStorage, restoreSize, restoreStatistics } from "./clone-storage.ts";
import { costOf, Plans, skipScans } from "./plan.ts";
import { type HypotheticalIndex, type Loaded, messageOf, type PlannerClone, type Planned } from "./clone-protocol.ts";

/** Skip scans came with PostgreSQL 18: for an older server a plan with one is a plan that it cannot make. */
const SKIP_SCAN_VERSION = 180000;

/**
 * An in-process PostgreSQL that holds a server's planner state and none of its data: empty tables with the server's statistics and
 * sizes. Kept in `folder`; making the first one takes seconds, later ones start from a template.
 */
export async function openClone(folder: string): Promise<PlannerClone> {
  const storage = await openStorage(folder);
  const { database } = storage;
  let version = 0;
  return {
    load: async (catalog, candidates) => {
      version = catalog.version;
      return loadCatalog(storage, catalog, candidates);
    },

    plan: async (query, on = []) => {
      for (const { name } of on) await switchIndex(database, name, true);
      const hidden: string[] = [];
      try {
        const planned = await explain(database, query);
        return version < SKIP_SCAN_VERSION ? await withoutSkipScans(database, query, planned, hidden) : planned;
      } finally {
        for (const name of hidden) await switchIndex(database, name, true);
        for (const { name } of on) await switchIndex(database, name, false);
      }
    },

    close: async (): Promise<void> => {
      await database.close();
      await rm(storage.folder, { recursive: true, force: true });
    },
  };
}

async function loadCatalog(storage: CloneStorage, catalog: Catalog, candidates: readonly Candidate[]): Promise<Loaded> {
  const { database } = storage;
  const problems: string[] = [];
  await clear(storage);
  await database.exec(createTypes(catalog));
  for (const setting of usableSettings(catalog)) await trySet(database, setting, problems);
  for (const table of catalog.tables) await database.exec(createTable(table, catalog));
  await database.exec(`set search_path = ${catalog.schemas.map((schema) => identifier(schema)).join(", ")}`);
  for (const table of catalog.tables) await loadIndexes(storage, table, problems);
  const indexes = await addCandidates(storage, candidates);
  for (const { schema, table, bytes, rows, all_visible_pages: visible } of catalog.tables) {
    await restoreSize(storage, schema, table, { bytes, rows, visible });
  }
  return { indexes, problems };
}

async function loadIndexes(storage: CloneStorage, table: CatalogTable, problems: string[]): Promise<void> {
  for (const { index, schema, definition, bytes, rows } of table.indexes.filter(({ is_valid }) => is_valid)) {
    try {
      await storage.database.exec(definition);
      await restoreSize(storage, schema, index, { bytes, rows, visible: 0 });
    } catch (error) {
      problems.push(`index ${index} is left out: ${messageOf(error)}`);
    }
  }
  for (const column of table.statistics) await restoreStatistics(storage, column);
}

/** Adds candidates, switched off. They must be made while the heap is empty: PostgreSQL would read every page otherwise. */
async function addCandidates(storage: CloneStorage, candidates: readonly Candidate[]): Promise<HypotheticalIndex[]> {
  const added: HypotheticalIndex[] = [];
  for (const [position, candidate] of candidates.entries()) {
    const { schema, table, rows } = candidate.table;
    const name = `pgmedic_candidate_${position}`;
    await storage.database.exec(`create index ${name} on ${indexText(schema, table, candidate.shape)}`);
    const bytes = estimatedBytes(candidate);
    await restoreSize(storage, schema, name, { bytes, rows: Math.max(rows, 0), visible: 0 });
    added.push({ name: identifier(schema, name), bytes, candidate });
  }
  await storage.database.exec(
    "update pg_index set indisvalid = false where indexrelid::regclass::text ~ 'pgmedic_candidate_'",
  );
  return added;
}

async function explain(database: PGlite, query: string): Promise<Planned> {
  try {
    // Only the simple protocol plans `$1` without values; the text is the server's own, and the clone has nothing to lose.
    const [result] = await database.exec(`explain (generic_plan, format json) ${query}`);
    const [top] = Plans.parse(result?.rows)[0]?.["QUERY PLAN"] ?? [];
    if (top === undefined) return { ok: false, because: "it gave no plan" };
    const [text] = await database.exec(`explain (generic_plan) ${query}`);
    return { ok: true, cost: costOf(top.Plan), plan: top.Plan, text: linesOf(text?.rows) };
  } catch (error) {
    return { ok: false, because: messageOf(error) };
  }
}

/** Plans again without every index that is only used by a skip scan; names what it hid, for the caller to show again. */
async function withoutSkipScans(database: PGlite, query: string, first: Planned, hidden: string[]): Promise<Planned> {
  let planned = first;
  while (planned.ok) {
    const skipping = skipScans(planned.plan, await leadingColumns(database)).filter((name) => !hidden.includes(name));
    if (skipping.length === 0) return planned;
    for (const name of skipping) await switchIndex(database, name, false);
    hidden.push(...skipping);
    planned = await explain(database, query);
  }
  return planned;
}

/** An index that is not valid is invisible to the planner; the change invalidates what the planner remembers of it. */
const switchIndex = (database: PGlite, name: string, isOn: boolean): Promise<unknown> =>
  database.query("update pg_index set indisvalid = $2 where indexrelid = $1::regclass", [name, isOn]);

const linesOf = (rows: unknown): string =>
  Array.isArray(rows) ? rows.map((row: Record<string, unknown>) => String(row["QUERY PLAN"])).join("\n") : "";

async function trySet(database: PGlite, setting: { name: string; value: string }, problems: string[]): Promise<void> {
  try {
    await database.query("select set_config($1, $2, false)", [setting.name, setting.value]);
  } catch (error) {
    problems.push(`setting ${setting.name} is left out: ${messageOf(error)}`);
  }
}

async function leadingColumns(database: PGlite): Promise<Map<string, string>> {
  const { rows } = await database.query<{ index: string; column: string }>(
    `select c.relname::text as index, a.attname::text as column
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am m on m.oid = c.relam
       join pg_attribute a on a.attrelid = i.indexrelid and a.attnum = 1
     where m.amname = 'btree' and c.relnamespace::regnamespace::text !~ '^pg_' and i.indkey[0] > 0`,
  );
  return new Map(rows.map(({ index, column }) => [index, column]));
}
