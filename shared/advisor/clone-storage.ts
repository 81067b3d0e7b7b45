import { closeSync, existsSync, ftruncateSync, openSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { identifier } from "../core/identifier.ts";
import type { CatalogTable } from "./catalog.ts";

const PAGE_BYTES = 8192;
const SEGMENT_BYTES = 2 ** 30;

/** The clone's database and the folder that its files are in. */
export type CloneStorage = { database: PGlite; folder: string };
export type RelationSize = { bytes: number; rows: number; visible: number };

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
  return { database: await PGlite.create({ dataDir: dataFolder }), folder: dataFolder };
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

/** Gives a relation its real size: in the catalog, and in its file, grown sparsely, since the planner asks the file. */
export async function restoreSize(
  { database, folder }: CloneStorage,
  schema: string,
  name: string,
  size: RelationSize,
): Promise<void> {
  const pages = Math.ceil(size.bytes / PAGE_BYTES);
  await database.query(
    `select pg_restore_relation_stats('schemaname', $1::text, 'relname', $2::text, 'relpages', $3::int, 'reltuples', $4::real, 'relallvisible', $5::int)`,
    [schema, name, pages, size.rows, Math.min(size.visible, pages)],
  );
  const path = await database.query<{ path: string }>("select pg_relation_filepath($1::regclass) as path", [
    identifier(schema, name),
  ]);
  const [row] = path.rows;
  if (row === undefined) throw new Error(`the clone has no relation ${schema}.${name}`);
  for (let segment = 0, left = pages * PAGE_BYTES; left > 0; segment += 1, left -= SEGMENT_BYTES) {
    resize(join(folder, segment === 0 ? row.path : `${row.path}.${segment}`), Math.min(left, SEGMENT_BYTES));
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
  await database.exec("reset all");
}

/** Restores what ANALYZE knew of a column. */
export async function restoreStatistics(
  { database }: CloneStorage,
  column: CatalogTable["statistics"][number],
): Promise<void> {
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
