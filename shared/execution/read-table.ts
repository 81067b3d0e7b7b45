import type { Session } from "../adapters/postgres.ts";
import type { CatalogTable } from "../advisor/catalog.ts";
import { readCatalog } from "../investigation/read-catalog.ts";

/** One table as the server's catalog has it now; null when there is none of that name. */
export async function readTable(
  session: Session,
  version: number,
  { schema, table }: { schema: string; table: string },
): Promise<CatalogTable | null> {
  const { tables } = await readCatalog(session, { version, schemas: [schema], tableNames: [table] });
  return tables[0] ?? null;
}
