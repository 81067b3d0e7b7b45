import { identifier } from "../core/identifier.ts";
import { indexText } from "../core/index-text.ts";
import { heightOf } from "./btree-pages.ts";
import { type Candidate, estimatedBytes } from "./candidates.ts";
import { type LoadedInThread, messageOf } from "./clone-protocol.ts";
import { type CloneStorage, restoreSizes, restoreStatistics } from "./clone-storage.ts";
import { expressionStatistics } from "./expression-statistics.ts";
import { keyBytes, rowsIn } from "./index-size.ts";

const PAGE_BYTES = 8192;
const nameAt = (place: number): string => `pgmedic_candidate_${place}`;

/** Adds candidates, switched off. They must be made while the heap is empty: PostgreSQL would read every page otherwise. */
export async function addCandidates(
  storage: CloneStorage,
  candidates: readonly Candidate[],
): Promise<Pick<LoadedInThread, "indexes" | "failed">> {
  const { database } = storage;
  const failed = await create(storage, candidates);
  const { rows } = await database.query<{ oid: number; place: number; names: string[] }>(
    `select c.oid::int8::float8 as oid, substring(c.relname from '\\d+$')::int as place,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid order by a.attnum) as names
     from pg_class c where c.relkind = 'i' and c.relname ~ '^pgmedic_candidate_\\d+$' order by 2`,
  );
  const made = rows.flatMap(({ oid, place, names }) => {
    const candidate = candidates[place];
    return candidate === undefined ? [] : [{ oid, place, names, candidate, bytes: estimatedBytes(candidate) }];
  });
  await restoreSizes(
    storage,
    made.map(({ place, candidate, bytes }) => ({
      schema: candidate.table.schema,
      name: nameAt(place),
      bytes,
      pages: Math.ceil(bytes / PAGE_BYTES),
      rows: rowsIn(candidate),
      visible: 0,
      height: candidate.shape.method === "btree" ? heightOf(bytes / PAGE_BYTES, keyBytes(candidate)) : 0,
    })),
  );
  const statistics = made.flatMap(({ place, names, candidate }) =>
    expressionStatistics(candidate, { index: nameAt(place), names }),
  );
  await restoreStatistics(storage, statistics);
  await database.exec(
    "update pg_index set indisvalid = false from pg_class c where c.oid = indexrelid and c.relname ~ '^pgmedic_candidate_'",
  );
  const indexes = made.map(({ oid, place, bytes, candidate }) => ({
    name: identifier(candidate.table.schema, nameAt(place)),
    oid,
    bytes,
    place,
  }));
  return { indexes, failed };
}

const statementFor = ({ table, shape }: Candidate, place: number): string =>
  `create index ${nameAt(place)} on ${indexText(table.schema, table.table, shape)}`;

/** All at once, or one by one when PostgreSQL refuses one of them. */
async function create({ database }: CloneStorage, candidates: readonly Candidate[]): Promise<LoadedInThread["failed"]> {
  try {
    await database.exec(["begin", ...candidates.map(statementFor), "commit"].join(";\n"));
    return [];
  } catch {
    await database.exec("rollback");
  }
  const failed: LoadedInThread["failed"] = [];
  for (const [place, candidate] of candidates.entries()) {
    try {
      await database.exec(statementFor(candidate, place));
    } catch (error) {
      failed.push({ place, because: messageOf(error) });
    }
  }
  return failed;
}
