import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({ tracks_io: z.boolean(), is_available: z.boolean() });

/** Whether I/O times are tracked, and whether pg_stat_statements could be created here. */
export const preloaded: Statement<z.infer<typeof Row>> = {
  name: "preloaded",
  text: `select current_setting('track_io_timing')::boolean as tracks_io,
      exists (select 1 from pg_available_extensions where name = 'pg_stat_statements') as is_available`,
  row: Row,
};
