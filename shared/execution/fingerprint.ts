import type { CatalogTable } from "../advisor/catalog.ts";
import { digest } from "../core/digest.ts";

/** A digest of a table's definition: any change of its columns or indexes changes it. `except` leaves out the index in question. */
export const fingerprintOf = (table: CatalogTable, except: string | null): string =>
  digest({
    oid: table.oid,
    name: [table.schema, table.table],
    columns: table.columns.map(({ column, type, is_not_null }) => [column, type, is_not_null]),
    indexes: table.indexes
      .filter(({ index }) => index !== except)
      .map(({ index, definition, is_valid }) => [index, definition, is_valid]),
  });
