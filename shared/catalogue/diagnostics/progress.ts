import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  pid: z.number(),
  command: z.string(),
  table_oid: z.number(),
  phase: z.string(),
  is_autovacuum: z.boolean(),
});
export type ProgressFacts = z.infer<typeof Row>;

/** Maintenance that is under way: vacuums, analyses, index builds, rewrites, and base backups. */
export const progress: Diagnostic<ProgressFacts> = {
  name: "progress",
  finds: "maintenance under way",
  needs: "pg_monitor",
  risk: "free",
  mostRows: null,
  text: `select p.pid, p.command, p.table_oid, p.phase,
      exists (select 1 from pg_stat_activity a where a.pid = p.pid and a.backend_type = 'autovacuum worker') as is_autovacuum
    from (
      select pid, 'VACUUM' as command, relid::int8::float8 as table_oid, phase from pg_stat_progress_vacuum where datname = current_database()
      union all select pid, 'ANALYZE', relid::int8::float8, phase from pg_stat_progress_analyze where datname = current_database()
      union all select pid, command, relid::int8::float8, phase from pg_stat_progress_create_index where datname = current_database()
      union all select pid, command, relid::int8::float8, phase from pg_stat_progress_cluster where datname = current_database()
      union all select pid, 'BASE BACKUP', 0, phase from pg_stat_progress_basebackup) p
    order by p.pid`,
  row: Row,
};
