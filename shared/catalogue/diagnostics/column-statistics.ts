import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  schema: z.string(),
  table: z.string(),
  column: z.string(),
  inherited: z.boolean(),
  null_share: z.number(),
  average_width: z.number(),
  distinct: z.number(),
  common_values: z.string().nullable(),
  common_shares: z.array(z.number()).nullable(),
  histogram: z.string().nullable(),
  correlation: z.number().nullable(),
  /** Of arrays and documents: their commonest elements. */
  common_elements: z.string().nullable(),
  common_element_shares: z.array(z.number()).nullable(),
  element_counts: z.array(z.number()).nullable(),
});
export type ColumnStatistics = z.infer<typeof Row>;

/**
 * What ANALYZE knows of the tables named `$2` in the schemas `$1`, and of the expressions of their indexes. It holds values of the
 * data itself: they stay in this process, are never stored and never leave it. Empty for a role that may not read the columns.
 */
export const columnStatistics: Diagnostic<ColumnStatistics> = {
  name: "column-statistics",
  finds: "what ANALYZE knows of columns",
  needs: "select",
  risk: "free",
  mostRows: null,
  text: `select schemaname::text as schema, tablename::text as "table", attname::text as column, inherited,
      null_frac::float8 as null_share, avg_width as average_width, n_distinct::float8 as distinct,
      most_common_vals::text as common_values, most_common_freqs::float8[] as common_shares,
      histogram_bounds::text as histogram, correlation::float8 as correlation,
      most_common_elems::text as common_elements, most_common_elem_freqs::float8[] as common_element_shares,
      elem_count_histogram::float8[] as element_counts
    from pg_stats
    where schemaname = any($1) and tablename = any($2)
    order by 1, 2, 3, 4`,
  row: Row,
};
