import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  table_oid: z.number(),
  schema: z.string(),
  name: z.string(),
  definition: z.string(),
  /** `{"1, 2": 5000}`: distinct combinations by column numbers. */
  distinct: z.string().nullable(),
  /** `{"1 => 2": 0.9}`: how far one column says another. */
  dependencies: z.string().nullable(),
});
export type StatisticsObject = z.infer<typeof Row>;

/** CREATE STATISTICS objects over columns of the tables `$1`, with what ANALYZE found, as far as it can be read. */
export const plannerStatistics: Diagnostic<StatisticsObject> = {
  name: "planner-statistics",
  finds: "extended statistics that plans depend on",
  needs: "select",
  risk: "free",
  mostRows: 1,
  text: `select s.stxrelid::int8::float8 as table_oid, n.nspname::text as schema, s.stxname::text as name,
      pg_get_statisticsobjdef(s.oid) as definition,
      (select x.n_distinct::text from pg_stats_ext x where x.statistics_schemaname = n.nspname and x.statistics_name = s.stxname limit 1) as distinct,
      (select x.dependencies::text from pg_stats_ext x where x.statistics_schemaname = n.nspname and x.statistics_name = s.stxname limit 1) as dependencies
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace
    where s.stxrelid = any($1::int8[]::oid[])
    order by 2, 3`,
  row: Row,
};
