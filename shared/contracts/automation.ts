import { z } from "zod";
import { Instant } from "./primitives.ts";
import type { ActionKind } from "./taxonomy.ts";

/** What automation is steered by: the kinds of action that a person would allow or forbid together. */
export const Area = z.enum([
  "indexes",
  "statistics",
  "vacuum",
  "sessions",
  "connections",
  "replication",
  "configuration",
  "capacity",
]);
export type Area = z.infer<typeof Area>;

export const AREA_OF: Readonly<Record<ActionKind, Area>> = {
  create_index: "indexes",
  drop_index: "indexes",
  restore_index: "indexes",
  reindex_index: "indexes",
  analyze_table: "statistics",
  create_statistics: "statistics",
  drop_statistics: "statistics",
  set_column_statistics: "statistics",
  vacuum_table: "vacuum",
  vacuum_freeze: "vacuum",
  set_table_autovacuum: "vacuum",
  set_table_fillfactor: "vacuum",
  terminate_backend: "sessions",
  cancel_backend: "sessions",
  rollback_prepared: "sessions",
  set_role_connection_limit: "connections",
  drop_replication_slot: "replication",
  set_role_setting: "configuration",
  set_server_parameter: "configuration",
  scale_compute: "capacity",
  grow_storage: "capacity",
};

/**
 * How far PgMedic may go by itself, after the levels of driving automation (SAE J3016):
 * 0 watches · 1 advises · 2 acts when a person approves · 3 acts by a standing instruction too · 4 acts by itself once the Autonomous
 * phase is earned · 5 as 4, and ahead of alerts once the Predictive phase is earned.
 */
export const AutomationLevel = z.literal([0, 1, 2, 3, 4, 5]);
export type AutomationLevel = z.infer<typeof AutomationLevel>;

/** A server on which nobody set anything: a person's consent, given now or earlier, is what PgMedic acts by. */
const LEVEL_AT_FIRST: AutomationLevel = 3;

const level = AutomationLevel.optional();
/** The levels that somebody set; an area that is not in it has the first one, 3. */
export const AutomationLevels = z.strictObject({
  indexes: level,
  statistics: level,
  vacuum: level,
  sessions: level,
  connections: level,
  replication: level,
  configuration: level,
  capacity: level,
} satisfies Record<Area, typeof level>);
export type AutomationLevels = z.infer<typeof AutomationLevels>;

export const Automation = z.strictObject({
  levels: AutomationLevels,
  /** Who set them last, and when. */
  by: z.string(),
  at: Instant,
});
export type Automation = z.infer<typeof Automation>;

/** The level in an area of a server whose automation is this. */
export const levelIn = (automation: Automation | undefined, area: Area): AutomationLevel =>
  automation?.levels[area] ?? LEVEL_AT_FIRST;

/** Body of `PUT /api/servers/{id}/automation`: the areas to change. */
export const AutomationRequest = z.strictObject({ levels: AutomationLevels });
