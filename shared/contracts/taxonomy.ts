import { z } from "zod";

/** What PgMedic can prove. Closed: a new cause needs rules, a playbook that asks for it, a scenario and a test. */
export const Cause = z.enum([
  "missing_index",
  "missing_expression_index",
  "missing_text_pattern_index",
  "missing_trigram_index",
  "missing_jsonb_index",
  "missing_sort_index",
  "missing_fk_index",
  "wrong_column_order",
  "invalid_index",
  "duplicate_index",
  "unused_index",
  "over_indexed_table",
  "index_bloat",
  "stale_statistics",
  "correlated_columns",
  "low_statistics_target",
  "table_bloat",
  "stale_visibility_map",
  "vacuum_blocked",
  "wraparound_risk",
  "lock_blocking",
  "ddl_lock_queue",
  "idle_in_transaction",
  "connection_exhaustion",
  "work_mem_spill",
  "generic_plan_regression",
  "jit_overhead",
  "hot_update_failure",
  "checkpoint_storm",
  "autovacuum_starved",
  "cast_mismatch",
  "function_on_column",
  "or_across_tables",
  "n_plus_one",
  "missing_pruning",
  "hot_row_contention",
  "deadlock_order",
  "toast_width",
  "sequence_exhaustion",
  "undersized",
  "replica_lag",
  "storage_growth",
  "partition_missing",
  "deployment_regression",
  "credential_expiry",
  "expected_load",
]);
export type Cause = z.infer<typeof Cause>;

/** What PgMedic can do. Closed: nothing else ever runs, whatever a model or a person writes. */
export const ActionKind = z.enum([
  "create_index",
  "drop_index",
  "restore_index",
  "reindex_index",
  "analyze_table",
  "create_statistics",
  "drop_statistics",
  "set_column_statistics",
  "vacuum_table",
  "vacuum_freeze",
  "set_table_autovacuum",
  "set_table_fillfactor",
  "terminate_backend",
  "cancel_backend",
  "rollback_prepared",
  "drop_replication_slot",
  "set_role_setting",
  "set_role_connection_limit",
  "set_server_parameter",
  "scale_compute",
  "grow_storage",
]);
export type ActionKind = z.infer<typeof ActionKind>;

/** R0 none · R1 reversible, no lock to speak of · R2 reversible, load or a short lock · R3 needs a person · R4 advice only. */
export const RiskClass = z.enum(["R0", "R1", "R2", "R3", "R4"]);
export type RiskClass = z.infer<typeof RiskClass>;

/** How busy a server is. Bounded-risk work is refused unless it is clear. */
export const LoadVerdict = z.enum(["clear", "busy", "saturated"]);
export type LoadVerdict = z.infer<typeof LoadVerdict>;

/** What an alert complains about, as far as it narrows what can be its cause. `any` is a look without a complaint. */
export const Symptom = z.enum([
  "cpu",
  "memory",
  "io",
  "storage",
  "connections",
  "locks",
  "long_transaction",
  "deadlocks",
  "wraparound",
  "bloat",
  "replication",
  "temp_files",
  "latency",
  "errors",
  "expiry",
  "any",
]);
export type Symptom = z.infer<typeof Symptom>;
