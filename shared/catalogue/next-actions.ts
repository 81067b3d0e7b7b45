import type { NextAction } from "../contracts/log-triage.ts";
import type { Cause } from "../contracts/taxonomy.ts";
import { KNOWN } from "./gateway.ts";

type About = { table?: { schema: string; table: string } | undefined; statementKey?: string | undefined };

const STATEMENTS = ["statement-counters", "table-counters", "server-settings"] as const;
const WAITING = ["sessions", "lock-waits", "prepared-transactions"] as const;
const UPKEEP = ["table-health", "progress", "sessions", "replication-slots"] as const;
const INDEXES = ["index-health", "table-counters", "foreign-keys"] as const;

/** Where to look next for each cause: names of diagnostics that the gateway runs. */
const NEXT: Record<Cause | "nothing", readonly string[]> = {
  missing_index: [...STATEMENTS, "index-health"],
  missing_expression_index: [...STATEMENTS, "index-health"],
  missing_text_pattern_index: [...STATEMENTS, "index-health"],
  missing_trigram_index: [...STATEMENTS, "extensions"],
  missing_jsonb_index: [...STATEMENTS, "index-health"],
  missing_sort_index: [...STATEMENTS, "index-health"],
  missing_fk_index: ["foreign-keys", ...STATEMENTS],
  wrong_column_order: [...STATEMENTS, "index-health"],
  invalid_index: ["index-builds", ...INDEXES],
  duplicate_index: INDEXES,
  unused_index: [...INDEXES, "database-facts", "replicas"],
  over_indexed_table: INDEXES,
  index_bloat: INDEXES,
  stale_statistics: ["table-health", ...STATEMENTS],
  correlated_columns: ["table-health", "column-sample"],
  low_statistics_target: ["table-health", "server-settings"],
  table_bloat: UPKEEP,
  stale_visibility_map: UPKEEP,
  vacuum_blocked: [...UPKEEP, "prepared-transactions", "replicas"],
  wraparound_risk: [...UPKEEP, "database-facts", "prepared-transactions"],
  lock_blocking: WAITING,
  ddl_lock_queue: WAITING,
  idle_in_transaction: [...WAITING, "role-connections"],
  connection_exhaustion: ["role-connections", "sessions", "server-settings", "server-log"],
  work_mem_spill: ["server-settings", "statement-counters", "database-counters"],
  generic_plan_regression: STATEMENTS,
  jit_overhead: STATEMENTS,
  hot_update_failure: ["table-health", "index-health"],
  checkpoint_storm: ["database-counters", "server-settings", "server-log"],
  autovacuum_starved: [...UPKEEP, "server-settings"],
  cast_mismatch: STATEMENTS,
  function_on_column: STATEMENTS,
  or_across_tables: STATEMENTS,
  n_plus_one: STATEMENTS,
  missing_pruning: ["partitions", ...STATEMENTS],
  hot_row_contention: WAITING,
  deadlock_order: [...WAITING, "database-counters", "server-log"],
  toast_width: STATEMENTS,
  sequence_exhaustion: ["sequences"],
  undersized: ["activity", ...STATEMENTS],
  replica_lag: ["replicas", "replication-slots", "server-log"],
  storage_growth: ["table-health", "replication-slots", "database-facts", "server-log"],
  partition_missing: ["partitions"],
  deployment_regression: STATEMENTS,
  credential_expiry: ["role-expiries", "role-connections"],
  expected_load: ["progress", "sessions"],
  nothing: ["activity", "sessions", "server-log", "statement-counters", "table-health", "progress"],
};

/** How a diagnostic is called. */
export const titleOf = (actionId: string): string => KNOWN.get(actionId)?.title ?? actionId;

/** What may be looked at next about a cause, or about nothing in particular, with what is known filled in; at the end, asking a person. */
export function nextActionsFor(cause: Cause | null, about: About = {}): NextAction[] {
  const actions: NextAction[] = NEXT[cause ?? "nothing"]
    .filter((actionId) => actionId !== "column-sample")
    .map((actionId) => ({ actionId, label: titleOf(actionId), parameters: {} }));
  if (about.table !== undefined)
    actions.unshift({ actionId: "table-upkeep", label: titleOf("table-upkeep"), parameters: { ...about.table } });
  if (about.statementKey !== undefined)
    actions.unshift({
      actionId: "statement-texts",
      label: titleOf("statement-texts"),
      parameters: { key: about.statementKey },
    });
  return [...actions, ASK_A_PERSON];
}

const ASK_A_PERSON: NextAction = {
  actionId: "prompt_user",
  label: "Ask a person who knows the application",
  parameters: { question: "Does somebody know what changed?" },
};
