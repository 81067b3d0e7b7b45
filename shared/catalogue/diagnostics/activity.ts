import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  active: z.number(),
  waiting_for_locks: z.number(),
  connections: z.number(),
  oldest_transaction_seconds: z.number(),
  idle_in_transaction: z.number(),
});
export type Activity = z.infer<typeof Row>;

/** How busy the server is right now, PgMedic's own sessions left out. Cheap: one pass over pg_stat_activity. */
export const activity: Diagnostic<Activity> = {
  name: "activity",
  finds: "how busy the server is, in five figures",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: `select count(*) filter (where state = 'active')::int as active,
      count(*) filter (where wait_event_type = 'Lock')::int as waiting_for_locks,
      count(*)::int as connections,
      coalesce(extract(epoch from max(clock_timestamp() - xact_start)), 0)::float8 as oldest_transaction_seconds,
      count(*) filter (where state like 'idle in transaction%')::int as idle_in_transaction
    from pg_stat_activity
    where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name not like 'pgmedic/%'`,
  row: Row,
};
