import { closeSync, existsSync, ftruncateSync, openSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { btree_gist } from "@electric-sql/pglite/contrib/btree_gist";
import { citext } from "@electric-sql/pglite/contrib/citext";
import { hstore } from "@electric-sql/pglite/contrib/hstore";
import { intarray } from "@electric-sql/pglite/contrib/intarray";
import { ltree } from "@electric-sql/pglite/contrib/ltree";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { pgcrypto } from "@electric-sql/pglite/contrib/pgcrypto";
import { unaccent } from "@electric-sql/pglite/contrib/unaccent";
import { uuid_ossp } from "@electric-sql/pglite/contrib/uuid_ossp";
import type { ColumnStatistics } from "../catalogue/diagnostics/column-statistics.ts";
import { identifier } from "../core/identifier.ts";
import { writeHeight } from "./btree-pages.ts";
import { messageOf } from "./clone-protocol.ts";

/** What catalog.ts names CLONED_EXTENSIONS. */
const extensions = { btree_gin, btree_gist, citext, hstore, intarray, ltree, pg_trgm, pgcrypto, unaccent, uuid_ossp };

const PAGE_BYTES = 8192;
const SEGMENT_BYTES = 2 ** 30;

/** The clone's database and the folder that its files are in. */
export type CloneStorage = { database: PGlite; folder: string };
/** `pages` and `rows` as the last ANALYZE saw them, `bytes` as the file is now: the planner scales the one by the other. */
export type RelationSize = {
  schema: string;
  name: string;
  bytes: number;
  pages: number;
  rows: number;
  visible: number;
  /** Levels of a b-tree above its leaves. */
  height?: number;
};

/** Opens an empty database from the template in `folder`. A fresh data folder takes seconds to make; it is made once and copied. */
export async function openStorage(folder: string): Promise<CloneStorage> {
  const dataFolder = join(folder, `clone-${process.pid}`);
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  const template = join(folder, "template-18");
  if (!existsSync(template)) {
    const unfinished = join(folder, `unfinished-${process.pid}`);
    await rm(unfinished, { recursive: true, force: true });
    await (await PGlite.create({ dataDir: unfinished })).close();
    // Another process may have been faster: its template is as good.
    await rename(unfinished, template).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  await rm(dataFolder, { recursive: true, force: true });
  await cp(template, dataFolder, { recursive: true });
  return { database: await PGlite.create({ dataDir: dataFolder, extensions }), folder: dataFolder };
}

/** A process that was killed leaves its folder behind, tens of megabytes each time. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^(?:clone|unfinished)-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner)))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Without the right to signal it, it is somebody else's and there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Gives relations their real sizes: in the catalog, and in their files, grown sparsely, since the planner asks the file. An index
 * must be made before its table grows: PostgreSQL would read every page.
 */
export async function restoreSizes({ database, folder }: CloneStorage, sizes: readonly RelationSize[]): Promise<void> {
  if (sizes.length === 0) return;
  const column = <K extends keyof RelationSize>(name: K): RelationSize[K][] => sizes.map((size) => size[name]);
  const { rows } = await database.query<{ path: string | null }>(
    `select pg_restore_relation_stats('schemaname', r.schema, 'relname', r.name, 'relpages', r.pages, 'reltuples', r.rows,
        'relallvisible', r.visible) as restored,
      (select pg_relation_filepath(c.oid) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relname = r.name and n.nspname = r.schema) as path
     from unnest($1::text[], $2::text[], $3::int[], $4::real[], $5::int[]) with ordinality
       r(schema, name, pages, rows, visible, ordinal)
     order by r.ordinal`,
    [
      column("schema"),
      column("name"),
      column("pages"),
      column("rows"),
      sizes.map(({ visible, pages }) => Math.min(visible, pages)),
    ],
  );
  for (const [at, { bytes, height = 0 }] of sizes.entries()) {
    const path = rows[at]?.path;
    if (typeof path !== "string") continue;
    resizeSegments(join(folder, path), Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES);
    if (height > 0 && bytes > (height + 1) * PAGE_BYTES) writeHeight(join(folder, path), height);
  }
}

function resizeSegments(path: string, bytes: number): void {
  for (let segment = 0, left = bytes; left > 0; segment += 1, left -= SEGMENT_BYTES) {
    resize(segment === 0 ? path : `${path}.${segment}`, Math.min(left, SEGMENT_BYTES));
  }
}

function resize(path: string, bytes: number): void {
  const file = openSync(path, existsSync(path) ? "r+" : "w");
  try {
    ftruncateSync(file, bytes);
  } finally {
    closeSync(file);
  }
}

/** Removes everything that was loaded, and every setting. */
export async function clear({ database }: CloneStorage): Promise<void> {
  const { rows } = await database.query<{ name: string }>(
    "select nspname::text as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
  );
  for (const { name } of rows) await database.exec(`drop schema ${identifier(name)} cascade`);
  // The pages that give an empty b-tree its height are written past PostgreSQL.
  await database.exec("reset all; set ignore_checksum_failure = on");
}

/** Restores what ANALYZE knew of columns, and of expressions of indexes. Answers what it could not restore. */
export async function restoreStatistics(
  { database }: CloneStorage,
  columns: readonly ColumnStatistics[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const column of columns) {
    try {
      await database.query(RESTORE_COLUMN, [
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
        column.common_elements,
        column.common_element_shares,
        column.element_counts,
      ]);
    } catch (error) {
      problems.push(`statistics of ${column.table}.${column.column} are left out: ${messageOf(error)}`);
    }
  }
  return problems;
}

const RESTORE_COLUMN = `select pg_restore_attribute_stats('schemaname', $1::text, 'relname', $2::text, 'attname', $3::text,
  'inherited', $4::boolean, 'null_frac', $5::real, 'avg_width', $6::int, 'n_distinct', $7::real, 'most_common_vals', $8::text,
  'most_common_freqs', $9::real[], 'histogram_bounds', $10::text, 'correlation', $11::real, 'most_common_elems', $12::text,
  'most_common_elem_freqs', $13::real[], 'elem_count_histogram', $14::real[])`;
