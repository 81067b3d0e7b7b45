import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ working: z.number() });

/** Sessions with the application name `$1` that work right now: what a run began and has not finished. */
export const ownSessions: Diagnostic<z.infer<typeof Row>> = {
  name: "own-sessions",
  finds: "what a run of its own still does",
  needs: "pg_monitor",
  risk: "free",
  mostRows: 1,
  text: "select count(*)::int as working from pg_stat_activity where application_name = $1 and state = 'active'",
  row: Row,
};
