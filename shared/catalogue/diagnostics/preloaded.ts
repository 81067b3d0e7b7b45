import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  tracks_io: z.boolean(),
  /** What the server loads at its start; null for a role that may not see it. */
  libraries: z.string().nullable(),
  is_loaded: z.boolean(),
  is_available: z.boolean(),
  /** The version that is created in this database, such as `1.10`. */
  created_version: z.string().nullable(),
  created_schema: z.string().nullable(),
});
export type Preloaded = z.infer<typeof Row>;

/** How far pg_stat_statements has come: installed on the machine, loaded by the server, created in this database; and whether I/O times are tracked. */
export const preloaded: Diagnostic<Preloaded> = {
  name: "preloaded",
  finds: "how far pg_stat_statements has come",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: `select current_setting('track_io_timing')::boolean as tracks_io,
      (select setting from pg_settings where name = 'shared_preload_libraries') as libraries,
      current_setting('pg_stat_statements.max', true) is not null as is_loaded,
      exists (select 1 from pg_available_extensions where name = 'pg_stat_statements') as is_available,
      (select extversion from pg_extension where extname = 'pg_stat_statements') as created_version,
      (select n.nspname::text from pg_extension e join pg_namespace n on n.oid = e.extnamespace
        where e.extname = 'pg_stat_statements') as created_schema`,
  row: Row,
};
