import type { Session } from "../adapters/postgres.ts";
import type { WorkloadStatement } from "../advisor/advice.ts";
import type { Catalog, CatalogTable } from "../advisor/catalog.ts";
import { scansOf } from "../advisor/scans.ts";
import { type ColumnSample, columnSample } from "../catalogue/diagnostics/column-sample.ts";
import type { ExtendedStatistics } from "../catalogue/diagnostics/extended-statistics.ts";

/** Two columns that a statement compares together, and how they go together in a sample of the table. */
export type ColumnPair = { key: string; table: CatalogTable; columns: [string, string]; sample: ColumnSample };

const MOST_PAIRS = 4;
const SAMPLE_PAGES = 400;

/**
 * Looks at pairs of columns that the costliest statements compare by equality and that ANALYZE does not look at together.
 * It reads tables: asked only while the server is clear.
 */
export async function sampleColumns(
  session: Session,
  catalog: Catalog,
  statements: readonly WorkloadStatement[],
  extended: readonly ExtendedStatistics[],
): Promise<ColumnPair[]> {
  const pairs: ColumnPair[] = [];
  const seen = new Set<string>();
  for (const { key, syntax } of statements) {
    for (const { table, columns } of pairsOf(syntax, catalog)) {
      const id = `${table.oid} ${columns.join(" ")}`;
      const isKnown = extended.some(
        (known) => known.table_oid === table.oid && columns.every((column) => known.columns.includes(column)),
      );
      if (seen.has(id) || isKnown || pairs.length >= MOST_PAIRS || table.kind !== "r") continue;
      seen.add(id);
      const sharePercent = (SAMPLE_PAGES / Math.max(table.bytes / 8192, 1)) * 100;
      const [sample] = await session.query(columnSample(table, columns, sharePercent));
      if (sample !== undefined) pairs.push({ key, table, columns, sample });
    }
  }
  return pairs;
}

function pairsOf(syntax: WorkloadStatement["syntax"], catalog: Catalog) {
  return scansOf(syntax, catalog).flatMap(({ table, conditions }) => {
    const equal = conditions.flatMap(({ how, target }) =>
      how === "equal" && target.kind === "column" ? [target.column] : [],
    );
    const names = [...new Set(equal)].toSorted();
    return names.flatMap((first, at) =>
      names.slice(at + 1).map((second) => ({ table, columns: [first, second] as [string, string] })),
    );
  });
}
