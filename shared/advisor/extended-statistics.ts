import type { PGlite } from "@electric-sql/pglite";
import { z } from "zod";
import { identifier } from "../core/identifier.ts";
import type { Catalog, CatalogTable } from "./catalog.ts";
import { messageOf } from "./clone-protocol.ts";

// The first words of the stored forms (src/include/statistics/statistics.h).
const DISTINCT_MAGIC = 0xa352bfa4;
const DEPENDENCIES_MAGIC = 0xb4549a2c;
const BASIC_TYPE = 1;

/**
 * Makes the server's CREATE STATISTICS objects and puts into them what its ANALYZE found. PostgreSQL shows these figures as text and
 * takes none back, so they are stored in the form that it keeps itself. Answers what is left out.
 */
export async function restoreExtendedStatistics(database: PGlite, catalog: Catalog): Promise<string[]> {
  const problems: string[] = [];
  if (catalog.extendedStatistics.length > 0) await allowCasts(database);
  for (const known of catalog.extendedStatistics) {
    const table = catalog.tables.find(({ oid }) => oid === known.table_oid);
    try {
      if (table === undefined) continue;
      await database.exec(known.definition);
      const distinct = known.distinct === null ? null : distinctBytes(known.distinct, table);
      const dependencies = known.dependencies === null ? null : dependencyBytes(known.dependencies, table);
      await database.query(
        `insert into pg_statistic_ext_data (stxoid, stxdinherit, stxdndistinct, stxddependencies)
         select s.oid, $3, $4::bytea::pg_ndistinct, $5::bytea::pg_dependencies
         from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where n.nspname = $1 and s.stxname = $2`,
        [known.schema, known.name, table.kind === "p", distinct, dependencies],
      );
    } catch (error) {
      problems.push(`statistics ${identifier(known.schema, known.name)} are left out: ${messageOf(error)}`);
    }
  }
  return problems;
}

async function allowCasts(database: PGlite): Promise<void> {
  for (const type of ["pg_ndistinct", "pg_dependencies"]) {
    await database.exec(
      `do $$ begin create cast (bytea as ${type}) without function; exception when duplicate_object then null; end $$`,
    );
  }
}

/** Column numbers of the server, which dropped columns leave gaps in, as they are in the clone. */
function places(numbers: string, table: CatalogTable): number[] {
  return numbers.split(",").map((number) => {
    const at = table.columns.findIndex(({ position }) => position === Number(number));
    if (at < 0) throw new Error("it is about an expression");
    return at + 1;
  });
}

/** `{"1, 2": 5000, …}` */
function distinctBytes(text: string, table: CatalogTable): Uint8Array {
  const items = Object.entries(entriesOf(text)).map(([columns, count]) => {
    const numbers = places(columns, table);
    const item = Buffer.alloc(12 + numbers.length * 2);
    item.writeDoubleLE(count, 0);
    item.writeInt32LE(numbers.length, 8);
    for (const [at, number] of numbers.entries()) item.writeInt16LE(number, 12 + at * 2);
    return item;
  });
  return Buffer.concat([header(DISTINCT_MAGIC, items.length), ...items]);
}

/** `{"1 => 2": 0.9, …}` */
function dependencyBytes(text: string, table: CatalogTable): Uint8Array {
  const items = Object.entries(entriesOf(text)).map(([columns, degree]) => {
    const numbers = places(columns.replace("=>", ","), table);
    const item = Buffer.alloc(10 + numbers.length * 2);
    item.writeDoubleLE(degree, 0);
    item.writeInt16LE(numbers.length, 8);
    for (const [at, number] of numbers.entries()) item.writeInt16LE(number, 10 + at * 2);
    return item;
  });
  return Buffer.concat([header(DEPENDENCIES_MAGIC, items.length), ...items]);
}

function header(magic: number, count: number): Buffer {
  const bytes = Buffer.alloc(12);
  for (const [at, word] of [magic, BASIC_TYPE, count].entries()) bytes.writeUInt32LE(word, at * 4);
  return bytes;
}

const entriesOf = (text: string): Record<string, number> => z.record(z.string(), z.number()).parse(JSON.parse(text));
