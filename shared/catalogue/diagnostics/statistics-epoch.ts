import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";
import { identifier } from "../../core/identifier.ts";

const Row = z.strictObject({ epoch: z.string() });

/** Changes whenever the cumulative counters start again: a restart, or a reset (which the extension reports from its version 1.9, 109 here, on). */
export const statisticsEpoch = (schema: string, version: number): Diagnostic<z.infer<typeof Row>> => ({
  name: "statistics-epoch",
  finds: "since when counters count",
  needs: "nothing",
  risk: "free",
  mostRows: 1,
  text:
    version >= 109
      ? `select pg_postmaster_start_time()::text || ' ' || stats_reset::text as epoch from ${identifier(schema, "pg_stat_statements_info")}`
      : "select pg_postmaster_start_time()::text as epoch",
  row: Row,
});
