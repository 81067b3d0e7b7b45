import { z } from "zod";
import type { Statement } from "../../contracts/statement.ts";

const Row = z.strictObject({ working: z.number() });

/** Sessions with the application name `$1` that work right now: what a run began and has not finished. */
export const ownSessions: Statement<z.infer<typeof Row>> = {
  name: "own-sessions",
  text: "select count(*)::int as working from pg_stat_activity where application_name = $1 and state = 'active'",
  row: Row,
};
