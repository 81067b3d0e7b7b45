import { z } from "zod";
import { ComputeSizeName, StorageGiB } from "./compute-sizes.ts";
import { IndexShape } from "./index-shape.ts";
import { Instant, Oid, PgName } from "./primitives.ts";

const relation = { schema: PgName, table: PgName };

export const CreateIndexParameters = z.strictObject({ ...relation, name: PgName, ...IndexShape.shape });
export type CreateIndexParameters = z.infer<typeof CreateIndexParameters>;

/** `definition` is what pg_get_indexdef said before the index went: the way back. */
export const DropIndexParameters = z.strictObject({ ...relation, name: PgName, definition: z.string().nullable() });
export type DropIndexParameters = z.infer<typeof DropIndexParameters>;
const RestoreIndexParameters = z.strictObject({
  ...relation,
  name: PgName,
  definition: z.string().regex(/^CREATE (UNIQUE )?INDEX /, "an index definition as pg_get_indexdef writes it"),
});
/** `oid` is that of the index as it was agreed on: what is rebuilt has another one. */
const ReindexParameters = z.strictObject({ ...relation, name: PgName, oid: Oid });
const TableParameters = z.strictObject(relation);

const StatisticsKind = z.enum(["ndistinct", "dependencies", "mcv"]);
const CreateStatisticsParameters = z.strictObject({
  ...relation,
  name: PgName,
  columns: z.array(PgName).min(2).max(8),
  kinds: z.array(StatisticsKind).min(1).max(3),
});
const DropStatisticsParameters = z.strictObject({ ...relation, name: PgName });
// What was set before is the way back. A proposal that was stored before these fields does not say: it goes back to the server's own, as it
// was agreed, and is not held against what is set now.
const statisticsTarget = z.number().int().min(-1).max(10_000);
/** -1 is the server's default_statistics_target. */
const ColumnStatisticsParameters = z.strictObject({
  ...relation,
  column: PgName,
  target: statisticsTarget,
  oldTarget: statisticsTarget.optional(),
});
const scaleFactor = z.number().min(0).max(1).nullable();
const threshold = z.number().int().min(0).nullable();
/** Null is the server's own setting. */
const AutovacuumParameters = z.strictObject({
  ...relation,
  enabled: z.boolean().nullable(),
  scaleFactor,
  threshold,
  oldEnabled: z.boolean().nullable().optional(),
  oldScaleFactor: scaleFactor.optional(),
  oldThreshold: threshold.optional(),
});
const fillfactor = z.number().int().min(10).max(100).nullable();
const FillfactorParameters = z.strictObject({ ...relation, fillfactor, oldFillfactor: fillfactor.optional() });

/** A session is its process id and when it began: process ids are given out again. `xactStart` binds the very transaction. */
const SessionParameters = z.strictObject({
  pid: z.number().int().positive(),
  backendStart: Instant,
  xactStart: Instant.nullable(),
});
export type SessionParameters = z.infer<typeof SessionParameters>;

const PreparedParameters = z.strictObject({ gid: z.string().min(1).max(200), owner: PgName });
const SlotParameters = z.strictObject({ slot: z.string().regex(/^[a-z0-9_]{1,63}$/) });

/** The settings that may be set for a role, and nothing else. */
export const RoleSetting = z.enum([
  "work_mem",
  "hash_mem_multiplier",
  "jit",
  "plan_cache_mode",
  "idle_in_transaction_session_timeout",
]);
export type RoleSetting = z.infer<typeof RoleSetting>;
const settingValue = z
  .string()
  .regex(/^[a-z0-9_.]{1,30}( ?(kB|MB|GB|ms|s|min))?$/i, "a value such as 64MB, off or 30s");
const RoleSettingParameters = z.strictObject({
  role: PgName,
  database: z.string().min(1),
  setting: RoleSetting,
  /** Null is no setting of the role's own. */
  value: settingValue.nullable(),
  oldValue: settingValue.nullable(),
});
const connectionLimit = z.number().int().min(-1).max(10_000);
/** -1 is no limit. */
const ConnectionLimitParameters = z.strictObject({ role: PgName, limit: connectionLimit, oldLimit: connectionLimit });

/** Values in the parameter's own unit, as pg_settings.setting has them. The server parameters that may be set through Azure, and nothing else. */
const ServerParameter = z.enum([
  "max_wal_size",
  "checkpoint_timeout",
  "checkpoint_completion_target",
  "autovacuum",
  "autovacuum_vacuum_cost_limit",
  "autovacuum_vacuum_cost_delay",
  "autovacuum_naptime",
]);
const ServerParameterParameters = z.strictObject({
  name: ServerParameter,
  value: settingValue,
  oldValue: settingValue,
});

const ScaleComputeParameters = z.strictObject({ from: ComputeSizeName, to: ComputeSizeName });
const GrowStorageParameters = z.strictObject({ fromGiB: StorageGiB, toGiB: StorageGiB });

/** One typed action. Its statements are built by the catalogue from these parameters and from nothing else. */
export const TypedAction = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("create_index"), parameters: CreateIndexParameters }),
  z.strictObject({ kind: z.literal("drop_index"), parameters: DropIndexParameters }),
  z.strictObject({ kind: z.literal("restore_index"), parameters: RestoreIndexParameters }),
  z.strictObject({ kind: z.literal("reindex_index"), parameters: ReindexParameters }),
  z.strictObject({ kind: z.literal("analyze_table"), parameters: TableParameters }),
  z.strictObject({ kind: z.literal("create_statistics"), parameters: CreateStatisticsParameters }),
  z.strictObject({ kind: z.literal("drop_statistics"), parameters: DropStatisticsParameters }),
  z.strictObject({ kind: z.literal("set_column_statistics"), parameters: ColumnStatisticsParameters }),
  z.strictObject({ kind: z.literal("vacuum_table"), parameters: TableParameters }),
  z.strictObject({ kind: z.literal("vacuum_freeze"), parameters: TableParameters }),
  z.strictObject({ kind: z.literal("set_table_autovacuum"), parameters: AutovacuumParameters }),
  z.strictObject({ kind: z.literal("set_table_fillfactor"), parameters: FillfactorParameters }),
  z.strictObject({ kind: z.literal("terminate_backend"), parameters: SessionParameters }),
  z.strictObject({ kind: z.literal("cancel_backend"), parameters: SessionParameters }),
  z.strictObject({ kind: z.literal("rollback_prepared"), parameters: PreparedParameters }),
  z.strictObject({ kind: z.literal("drop_replication_slot"), parameters: SlotParameters }),
  z.strictObject({ kind: z.literal("set_role_setting"), parameters: RoleSettingParameters }),
  z.strictObject({ kind: z.literal("set_role_connection_limit"), parameters: ConnectionLimitParameters }),
  z.strictObject({ kind: z.literal("set_server_parameter"), parameters: ServerParameterParameters }),
  z.strictObject({ kind: z.literal("scale_compute"), parameters: ScaleComputeParameters }),
  z.strictObject({ kind: z.literal("grow_storage"), parameters: GrowStorageParameters }),
]);
export type TypedAction = z.infer<typeof TypedAction>;

/** The parameters of one kind of action. */
export type ParametersOf<Kind extends TypedAction["kind"]> = Extract<TypedAction, { kind: Kind }>["parameters"];

/** The table that an action is about; null for what is about a session, a role or the server. */
export function relationOf(action: TypedAction): { schema: string; table: string } | null {
  const { parameters } = action;
  return "table" in parameters ? { schema: parameters.schema, table: parameters.table } : null;
}
