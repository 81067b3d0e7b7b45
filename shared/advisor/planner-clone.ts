import { closeSync, existsSync, ftruncateSync, openSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { identifier } from "../core/identifier.ts";
import type { Candidate } from "./candidates.ts";
import { estimatedBytes } from "./candidates.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { createTable, createTypes, usableSettings } from "./clone-ddl.ts";
import { costOf, type PlanNode, Plans, skipScans } from "./plan.ts";

const PAGE_BYTES = 8192;
const SEGMENT_BYTES = 2 ** 30;
/** Skip scans came with PostgreSQL 18: for an older server a plan with one is a plan that it cannot make. */
const SKIP_SCAN_VERSION = 180000;

/** A candidate as it stands in the clone; switched off until it is tried. */
export type HypotheticalIndex = { name: string; bytes: number; candidate: Candidate };
export type Planned = { ok: true; cost: number; plan: PlanNode; text: string } | { ok: false; because: string };
export type PlannerClone = Awaited<ReturnType<typeof openPlannerClone>>;

/**
 * An in-process PostgreSQL that holds a server's planner state and none of its data: empty tables with the server's statistics,
 * their files grown sparsely to the real size, since the planner takes a relation's size from its file.
 * Kept in `folder`; making the first one takes seconds, later ones start from a template.
 */
export async function openPlannerClone(folder: string) {
  const dataFolder = join(folder, `clone-${process.pid}`);
  await copyTemplate(folder, dataFolder);
  const database = await PGlite.create({ dataDir: dataFolder });
  await database.exec("set session_replication_role = replica; set statement_timeout = 0");
  let catalog: Catalog | null = null;

  const grow = async (relation: string, bytes: number): Promise<void> => {
    const [row] = (
      await database.query<{ path: string }>("select pg_relation_filepath($1::regclass) as path", [relation])
    ).rows;
    if (row === undefined) throw new Error(`the clone has no relation ${relation}`);
    for (let segment = 0, left = bytes; left > 0; segment += 1, left -= SEGMENT_BYTES) {
      const path = join(dataFolder, segment === 0 ? row.path : `${row.path}.${segment}`);
      resize(path, Math.min(left, SEGMENT_BYTES));
    }
  };

  const restoreSize = async (
    schema: string,
    name: string,
    size: { bytes: number; rows: number; visible: number },
  ): Promise<void> => {
    const pages = Math.ceil(size.bytes / PAGE_BYTES);
    await database.query(
      `select pg_restore_relation_stats('schemaname', $1::text, 'relname', $2::text, 'relpages', $3::int, 'reltuples', $4::real, 'relallvisible', $5::int)`,
      [schema, name, pages, size.rows, Math.min(size.visible, pages)],
    );
    await grow(identifier(schema, name), pages * PAGE_BYTES);
  };

  const loadTable = async (table: CatalogTable, problems: string[]): Promise<void> => {
    for (const index of table.indexes.filter(({ is_valid }) => is_valid)) {
      try {
        await database.exec(index.definition);
        await restoreSize(index.schema, index.index, { bytes: index.bytes, rows: index.rows, visible: 0 });
      } catch (error) {
        problems.push(`index ${index.index} is left out: ${messageOf(error)}`);
      }
    }
    for (const column of table.statistics) await restoreStatistics(database, column);
  };

  /** Adds candidates, switched off. They must be made while the heap is empty: PostgreSQL would read every page otherwise. */
  const addCandidates = async (candidates: readonly Candidate[]): Promise<HypotheticalIndex[]> => {
    const added: HypotheticalIndex[] = [];
    for (const [position, candidate] of candidates.entries()) {
      const name = `pgmedic_candidate_${position}`;
      const { table } = candidate;
      const keys = candidate.keys.map(({ column, direction }) => `${identifier(column)} ${direction}`).join(", ");
      await database.exec(`create index ${name} on ${identifier(table.schema, table.table)} (${keys})`);
      const bytes = estimatedBytes(candidate);
      await restoreSize(table.schema, name, { bytes, rows: Math.max(table.rows, 0), visible: 0 });
      added.push({ name, bytes, candidate });
    }
    await database.exec(
      "update pg_index set indisvalid = false where indexrelid::regclass::text ~ 'pgmedic_candidate_'",
    );
    return added;
  };

  const explain = async (query: string): Promise<Planned> => {
    try {
      const [result] = await database.exec(`explain (generic_plan, format json) ${query}`);
      const [top] = Plans.parse(result?.rows)[0]?.["QUERY PLAN"] ?? [];
      if (top === undefined) return { ok: false, because: "it gave no plan" };
      const [text] = await database.exec(`explain (generic_plan) ${query}`);
      return { ok: true, cost: costOf(top.Plan), plan: top.Plan, text: linesOf(text?.rows) };
    } catch (error) {
      return { ok: false, because: messageOf(error) };
    }
  };

  const switchIndex = (name: string, isOn: boolean): Promise<unknown> =>
    database.query("update pg_index set indisvalid = $2 where indexrelid = $1::regclass", [name, isOn]);

  return {
    /** Replaces what the clone holds by a server's tables and the given candidates. Answers what could not be rebuilt. */
    load: async (
      next: Catalog,
      candidates: readonly Candidate[],
    ): Promise<{ indexes: HypotheticalIndex[]; problems: string[] }> => {
      const problems: string[] = [];
      await clear(database);
      catalog = next;
      await database.exec(createTypes(next));
      for (const setting of usableSettings(next)) await trySet(database, setting, problems);
      for (const table of next.tables) await database.exec(createTable(table, next));
      await database.exec(`set search_path = ${next.schemas.map((schema) => identifier(schema)).join(", ")}`);
      for (const table of next.tables) await loadTable(table, problems);
      const indexes = await addCandidates(candidates);
      for (const table of next.tables) {
        await restoreSize(table.schema, table.table, {
          bytes: table.bytes,
          rows: table.rows,
          visible: table.all_visible_pages,
        });
      }
      return { indexes: indexes.map((index) => ({ ...index, name: qualified(index) })), problems };
    },

    /** Plans a query as it stands in pg_stat_statements, `$1` and all, with the named candidates switched on. */
    plan: async (query: string, on: readonly HypotheticalIndex[] = []): Promise<Planned> => {
      const hidden: string[] = [];
      for (const { name } of on) await switchIndex(name, true);
      try {
        let planned = await explain(query);
        while (planned.ok && (catalog?.version ?? 0) < SKIP_SCAN_VERSION) {
          const skipping = skipScans(planned.plan, await leadingColumns(database)).filter(
            (name) => !hidden.includes(name),
          );
          if (skipping.length === 0) break;
          for (const name of skipping) await switchIndex(name, false);
          hidden.push(...skipping);
          planned = await explain(query);
        }
        return planned;
      } finally {
        for (const name of hidden) await switchIndex(name, true);
        for (const { name } of on) await switchIndex(name, false);
      }
    },

    close: async (): Promise<void> => {
      await database.close();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

const qualified = ({ name, candidate }: HypotheticalIndex): string => identifier(candidate.table.schema, name);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const linesOf = (rows: unknown): string =>
  Array.isArray(rows) ? rows.map((row: Record<string, unknown>) => String(row["QUERY PLAN"])).join("\n") : "";

/** A fresh data folder takes seconds to make; it is made once and copied. */
async function copyTemplate(folder: string, dataFolder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const template = join(folder, "template-18");
  if (!existsSync(template)) {
    const unfinished = join(folder, `template-${process.pid}`);
    await rm(unfinished, { recursive: true, force: true });
    await (await PGlite.create({ dataDir: unfinished })).close();
    // Another process may have been faster: its template is as good.
    await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  await rm(dataFolder, { recursive: true, force: true });
  await cp(template, dataFolder, { recursive: true });
}

function resize(path: string, bytes: number): void {
  const file = openSync(path, existsSync(path) ? "r+" : "w");
  try {
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

async function clear(database: PGlite): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    "select nspname::text as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  for (const { name } of rows) await database.exec(`drop schema ${identifier(name)} cascade`);
  await database.exec("reset all; set session_replication_role = replica");
}

async function trySet(database: PGlite, setting: { name: string; value: string }, problems: string[]): Promise<void> {
  try {
    await database.query("select set_config($1, $2, false)", [setting.name, setting.value]);
  } catch (error) {
    problems.push(`setting ${setting.name} is left out: ${messageOf(error)}`);
  }
}

async function restoreStatistics(database: PGlite, column: CatalogTable["statistics"][number]): Promise<void> {
  await database.query(
    `select pg_restore_attribute_stats('schemaname', $1::text, 'relname', $2::text, 'attname', $3::text, 'inherited', $4::boolean,
      'null_frac', $5::real, 'avg_width', $6::int, 'n_distinct', $7::real, 'most_common_vals', $8::text,
      'most_common_freqs', $9::real[], 'histogram_bounds', $10::text, 'correlation', $11::real)`,
    [
      column.schema,
      column.table,
      column.column,
      column.inherited,
      column.null_share,
      column.average_width,
      column.distinct,
      column.common_values,
      column.common_shares,
      column.histogram,
      column.correlation,
    ],
  );
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
