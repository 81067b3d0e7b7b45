import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ waiting: z.number() });

/** How many sessions wait for a lock. */
export const waitingSessions: Diagnostic<z.infer<typeof Row>> = {
  name: "waiting-sessions",
  finds: "how many sessions wait for a lock",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: "select count(*)::int as waiting from pg_stat_activity where wait_event_type = 'Lock' and backend_type = 'client backend'",
  row: Row,
};
