import type { ParametersOf, TypedAction } from "../../contracts/actions.ts";
import { analyzeTable } from "./analyze-table.ts";
import { createIndex } from "./create-index.ts";
import { createStatistics } from "./create-statistics.ts";
import { dropIndex } from "./drop-index.ts";
import { dropReplicationSlot } from "./drop-replication-slot.ts";
import { dropStatistics } from "./drop-statistics.ts";
import type { ActionEntry } from "./entry.ts";
import { growStorage } from "./grow-storage.ts";
import { reindexIndex } from "./reindex-index.ts";
import { restoreIndex } from "./restore-index.ts";
import { rollbackPrepared } from "./rollback-prepared.ts";
import { scaleCompute } from "./scale-compute.ts";
import { setColumnStatistics } from "./set-column-statistics.ts";
import { setRoleConnectionLimit } from "./set-role-connection-limit.ts";
import { setRoleSetting } from "./set-role-setting.ts";
import { setServerParameter } from "./set-server-parameter.ts";
import { setTableAutovacuum } from "./set-table-autovacuum.ts";
import { setTableFillfactor } from "./set-table-fillfactor.ts";
import { cancelBackend } from "./cancel-backend.ts";
import { terminateBackend } from "./terminate-backend.ts";
import { vacuumFreeze } from "./vacuum-freeze.ts";
import { vacuumTable } from "./vacuum-table.ts";

type Kind = TypedAction["kind"];

/** Everything that PgMedic can do. The compiler asks for an entry for each kind. */
const ACTIONS: { [K in Kind]: ActionEntry<K> } = {
  create_index: createIndex,
  drop_index: dropIndex,
  restore_index: restoreIndex,
  reindex_index: reindexIndex,
  analyze_table: analyzeTable,
  create_statistics: createStatistics,
  drop_statistics: dropStatistics,
  set_column_statistics: setColumnStatistics,
  vacuum_table: vacuumTable,
  vacuum_freeze: vacuumFreeze,
  set_table_autovacuum: setTableAutovacuum,
  set_table_fillfactor: setTableFillfactor,
  terminate_backend: terminateBackend,
  cancel_backend: cancelBackend,
  rollback_prepared: rollbackPrepared,
  drop_replication_slot: dropReplicationSlot,
  set_role_setting: setRoleSetting,
  set_role_connection_limit: setRoleConnectionLimit,
  set_server_parameter: setServerParameter,
  scale_compute: scaleCompute,
  grow_storage: growStorage,
};

/** An action with what the catalogue knows of its kind. */
type Known = Pick<
  ActionEntry<Kind>,
  "riskClass" | "isDestructive" | "addsLoad" | "waitsForTransactions" | "actor" | "lock"
> & {
  statements: string[];
  inWords: string | null;
  inverse: TypedAction | null;
  migration: string | null;
};

/** What an action is and does: the only place where a changing statement comes from. */
export function known<K extends Kind>(action: { kind: K; parameters: ParametersOf<K> }): Known {
  const entry: ActionEntry<K> = ACTIONS[action.kind];
  const { riskClass, isDestructive, addsLoad, waitsForTransactions, actor, lock } = entry;
  return {
    riskClass,
    isDestructive,
    addsLoad,
    waitsForTransactions,
    actor,
    lock,
    statements: entry.statements(action.parameters),
    inWords: entry.inWords?.(action.parameters) ?? null,
    inverse: entry.inverse(action.parameters),
    migration: entry.migration(action.parameters),
  };
}

/** An action's SQL as a person reads it; for what the platform carries out, the change in words. */
export function statementOf(action: TypedAction): string {
  const { inWords, statements } = known(action);
  return inWords ?? statements.join(";\n");
}
