import { z } from "zod";
import type { Diagnostic } from "../../contracts/statement.ts";

const Row = z.strictObject({ name: z.string(), value: z.string() });
export type PlannerSetting = z.infer<typeof Row>;

/** The settings that change plans, as this role sees them. Values come with their unit, ready for SET. */
export const plannerSettings: Diagnostic<PlannerSetting> = {
  name: "planner-settings",
  finds: "settings that change plans",
  needs: "nothing",
  risk: "free",
  mostRows: null,
  text: `select name, current_setting(name) as value
    from pg_settings
    where name in ('seq_page_cost', 'random_page_cost', 'cpu_tuple_cost', 'cpu_index_tuple_cost', 'cpu_operator_cost',
      'parallel_setup_cost', 'parallel_tuple_cost', 'min_parallel_table_scan_size', 'min_parallel_index_scan_size',
      'max_parallel_workers_per_gather', 'parallel_leader_participation', 'effective_cache_size', 'effective_io_concurrency',
      'work_mem', 'hash_mem_multiplier', 'jit', 'jit_above_cost', 'jit_inline_above_cost', 'jit_optimize_above_cost',
      'default_statistics_target', 'constraint_exclusion', 'cursor_tuple_fraction', 'from_collapse_limit', 'join_collapse_limit',
      'geqo', 'geqo_threshold', 'plan_cache_mode', 'recursive_worktable_factor')
      or name like 'enable\\_%'
    order by name`,
  row: Row,
};
