import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";
import { identifier } from "../../core/identifier.ts";

const Row = z.strictObject({
  rows: z.number(),
  first: z.number(),
  second: z.number(),
  together: z.number(),
});
export type ColumnSample = z.infer<typeof Row>;

/** At most this many rows are looked at. */
const ROWS = 20_000;

/**
 * How two columns go together in a sample of about `share` percent of a table's blocks: distinct values of each, and of both together.
 * It reads the table: only while the server is clear. Only counts leave the server.
 */
export const columnSample = (
  table: { schema: string; table: string },
  [first, second]: readonly [string, string],
  sharePercent: number,
): Diagnostic<ColumnSample> => ({
  name: "column-sample",
  finds: "whether two columns of a table go together",
  needs: "select",
  risk: "bounded",
  mostRows: 1,
  text: `select count(*)::float8 as rows, count(distinct a)::float8 as first, count(distinct b)::float8 as second, count(distinct (a, b))::float8 as together
    from (select ${identifier(first)} as a, ${identifier(second)} as b from ${identifier(table.schema, table.table)}
      tablesample system (${Math.min(100, Math.max(0.001, sharePercent)).toFixed(3)}) limit ${ROWS}) s`,
  row: Row,
});
