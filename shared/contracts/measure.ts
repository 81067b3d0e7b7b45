import { z } from "zod";
import { Instant, PgName } from "./primitives.ts";

/** Figures that show whether an action helped where no statement does. Closed; each is read by a diagnostic of its own. */
export const Measure = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("waiting_sessions") }),
  z.strictObject({ name: z.literal("session_present"), pid: z.number().int(), backendStart: Instant }),
  z.strictObject({ name: z.literal("dead_rows"), schema: PgName, table: PgName }),
  z.strictObject({ name: z.literal("modified_rows"), schema: PgName, table: PgName }),
  z.strictObject({ name: z.literal("freeze_age"), schema: PgName, table: PgName }),
  z.strictObject({ name: z.literal("index_bytes"), schema: PgName, table: PgName, index: PgName }),
  z.strictObject({ name: z.literal("role_connections"), role: PgName }),
  z.strictObject({ name: z.literal("prepared_present"), gid: z.string() }),
  z.strictObject({ name: z.literal("slot_present"), slot: z.string() }),
  z.strictObject({ name: z.literal("hot_update_share"), schema: PgName, table: PgName }),
  z.strictObject({ name: z.literal("requested_checkpoints") }),
  z.strictObject({ name: z.literal("cpu_percent") }),
  z.strictObject({ name: z.literal("storage_percent") }),
]);
export type Measure = z.infer<typeof Measure>;

/** What an action is judged by: the figures of the statements it is meant to help, or one measure that must reach a goal. */
export const JudgedBy = z.discriminatedUnion("basis", [
  z.strictObject({
    basis: z.literal("statements"),
    figure: z.enum(["blocksPerCall", "tempBlocksPerCall", "meanMs"]),
  }),
  z.strictObject({
    basis: z.literal("measure"),
    measure: Measure,
    from: z.number(),
    goal: z.number(),
    direction: z.enum(["falls", "rises"]),
  }),
]);
export type JudgedBy = z.infer<typeof JudgedBy>;
