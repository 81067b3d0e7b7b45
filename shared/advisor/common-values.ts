import { type CatalogTable, distinctValues, statisticsOf } from "./catalog.ts";
import type { Constant } from "./constants.ts";

/** The elements of an array as PostgreSQL writes it (documentation, 8.15.6); NULL becomes null. */
export function arrayElements(text: string): (string | null)[] {
  const elements: (string | null)[] = [];
  for (const match of text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    const [, quoted, bare] = match;
    if (quoted !== undefined) elements.push(quoted.replaceAll(/\\(.)/g, "$1"));
    else if (bare !== undefined) elements.push(bare === "NULL" ? null : bare);
  }
  return elements;
}

/** The share of a table's rows that have this value, from the most common values; null when the statistics cannot tell. */
export function shareOf(table: CatalogTable, column: string, value: Constant): number | null {
  const known = statisticsOf(table, column);
  if (known === null || known.common_values === null || known.common_shares === null) return null;
  const values = arrayElements(known.common_values);
  const at = values.indexOf(typeof value === "boolean" ? (value ? "t" : "f") : String(value));
  if (at >= 0) return known.common_shares[at] ?? null;
  const distinct = distinctValues(table, column) ?? Number.POSITIVE_INFINITY;
  // All values are among the common ones: this one is so rare that ANALYZE did not meet it.
  if (distinct <= values.length) return 0;
  const rest = 1 - known.null_share - known.common_shares.reduce((sum, share) => sum + share, 0);
  return Math.max(0, rest) / Math.max(1, distinct - values.length);
}
