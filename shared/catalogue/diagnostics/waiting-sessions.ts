import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({ waiting: z.number() });

/** How many sessions wait for a lock. */
export const waitingSessions: Statement<z.infer<typeof Row>> = {
  name: "waiting-sessions",
  text: "select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and backend_type = 'client backend'",
  row: Row,
};
