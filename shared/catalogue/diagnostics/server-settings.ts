import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({
  name: z.string(),
  setting: z.string(),
  unit: z.string().nullable(),
  source: z.string(),
  context: z.string(),
});
export type ServerSetting = z.infer<typeof Row>;

/** The settings that causes rest on, in their own units, with where they come from: the server's, not this session's. */
export const serverSettings: Diagnostic<ServerSetting> = {
  name: "server-settings",
  finds: "settings and where they come from",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select name, reset_val as setting, unit, source, context from pg_settings
    where name in ('autovacuum', 'autovacuum_max_workers', 'autovacuum_naptime', 'autovacuum_vacuum_threshold', 'autovacuum_vacuum_scale_factor',
      'autovacuum_vacuum_insert_threshold', 'autovacuum_vacuum_insert_scale_factor', 'autovacuum_analyze_threshold', 'autovacuum_analyze_scale_factor',
      'autovacuum_vacuum_cost_limit', 'autovacuum_vacuum_cost_delay', 'vacuum_cost_limit', 'autovacuum_freeze_max_age',
      'autovacuum_multixact_freeze_max_age', 'max_connections', 'superuser_reserved_connections', 'reserved_connections', 'work_mem',
      'hash_mem_multiplier', 'shared_buffers', 'effective_cache_size', 'max_wal_size', 'checkpoint_timeout', 'jit', 'jit_above_cost',
      'plan_cache_mode', 'idle_in_transaction_session_timeout', 'statement_timeout', 'lock_timeout', 'deadlock_timeout',
      'default_statistics_target', 'max_worker_processes', 'max_parallel_workers', 'random_page_cost', 'track_io_timing',
      'wal_compression', 'max_slot_wal_keep_size', 'hot_standby_feedback', 'max_prepared_transactions')
    order by name`,
  row: Row,
};
