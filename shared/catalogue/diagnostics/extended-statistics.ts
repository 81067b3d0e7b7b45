import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ table_oid: z.number(), name: z.string(), columns: z.array(z.string()) });
export type ExtendedStatistics = z.infer<typeof Row>;

/** Extended statistics of the tables `$1`: which columns ANALYZE looks at together. */
export const extendedStatistics: Diagnostic<ExtendedStatistics> = {
  name: "extended-statistics",
  finds: "columns that ANALYZE looks at together",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select x.stxrelid::int8::float8 as table_oid, x.stxname::text as name,
      array(select a.attname::text from unnest(x.stxkeys::int2[]) k(attnum) join pg_attribute a on a.attrelid = x.stxrelid and a.attnum = k.attnum) as columns
    from pg_statistic_ext x where x.stxrelid = any($1::int8[]::oid[]) order by x.stxname`,
  row: Row,
};
