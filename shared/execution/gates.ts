import type { Session } from "../adapters/postgres.ts";
import type { CatalogTable } from "../advisor/catalog.ts";
import { activity } from "../catalogue/diagnostics/activity.ts";
import { type IndexBuild, indexBuilds } from "../catalogue/diagnostics/index-builds.ts";
import type { IndexFacts } from "../catalogue/diagnostics/indexes.ts";
import type { CreateIndexParameters } from "../contracts/proposal.ts";
import type { Server } from "../contracts/server.ts";
import type { LoadVerdict } from "../contracts/taxonomy.ts";
import { loadOf } from "../investigation/load.ts";
import { readCatalog } from "../investigation/read-catalog.ts";
import { one, readServerFacts } from "../investigation/take-snapshot.ts";

/** A table and its server as they are at this moment. */
export type Gate = {
  table: CatalogTable | null;
  version: number;
  load: LoadVerdict;
  oldestTransactionSeconds: number;
  builds: IndexBuild[];
};

/**
 * Reads, as the investigator, what the decision to act rests on. The builds come before the catalog: one that ends in between must not
 * look as if it had been broken off.
 */
export async function readGate(
  session: Session,
  server: Server,
  target: { schema: string; table: string },
): Promise<Gate> {
  const facts = await readServerFacts(session);
  const now = await one(session.query(activity));
  const builds = await session.query(indexBuilds);
  const catalog = await readCatalog(session, {
    version: facts.version,
    schemas: [target.schema],
    tableNames: [target.table],
  });
  return {
    table: catalog.tables[0] ?? null,
    version: facts.version,
    load: loadOf(now, { vCores: server.vCores, maxConnections: facts.max_connections, cpuPercent: null }),
    oldestTransactionSeconds: now.oldest_transaction_seconds,
    builds,
  };
}

/** What is there under an agreed index's name: nothing, it being built, it, what a broken-off build left, or something else. */
export type Progress = { kind: "absent" | "building" | "leftover" | "other" } | { kind: "built"; index: IndexFacts };

/** How far an agreed index is. `application` is the name that sessions of its run carry. */
export function progressOf({ table, builds }: Gate, parameters: CreateIndexParameters, application: string): Progress {
  const index = table?.indexes.find((known) => known.index === parameters.name);
  const isBuilding = builds.some(
    ({ application_name, index_oid }) => application_name === application || index_oid === index?.oid,
  );
  if (isBuilding) return { kind: "building" };
  if (table === null || index === undefined) return { kind: "absent" };
  if (!index.is_valid) return { kind: "leftover" };
  return agreedIndex(table, parameters) === null ? { kind: "other" } : { kind: "built", index };
}

/** The index of this name, if it is the one that was agreed on: same table, same keys and directions, whole, a b-tree. */
function agreedIndex(table: CatalogTable, parameters: CreateIndexParameters): IndexFacts | null {
  const index = table.indexes.find((known) => known.index === parameters.name);
  if (index === undefined || index.method !== "btree" || index.predicate !== null || index.is_unique) return null;
  const directions = index.definition
    .slice(index.definition.lastIndexOf("("))
    .split(",")
    .map((key) => (/ DESC\b/.test(key) ? "desc" : "asc"));
  const isSame =
    index.key_columns.length === parameters.keys.length &&
    parameters.keys.every(
      (key, at) => "column" in key && index.key_columns[at] === key.column && directions[at] === key.direction,
    );
  return isSame ? index : null;
}
