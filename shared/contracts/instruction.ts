import { z } from "zod";
import { Actor, Id, Instant, PgName, TimeOfDay } from "./primitives.ts";
import { ActionKind } from "./taxonomy.ts";

export const Weekday = z.enum(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
export type Weekday = z.infer<typeof Weekday>;

/** Where an instruction holds; a null part means "any". */
export const InstructionScope = z.strictObject({
  serverId: z.union([Id, z.literal("*")]),
  database: z.string().nullable(),
  schema: PgName.nullable(),
  table: PgName.nullable(),
});
export type InstructionScope = z.infer<typeof InstructionScope>;

/** When an instruction holds, in UTC. `from` after `to` spans midnight; equal means the whole day. */
export const InstructionWindow = z.strictObject({ days: z.array(Weekday).min(1), from: TimeOfDay, to: TimeOfDay });
export type InstructionWindow = z.infer<typeof InstructionWindow>;

/** What a person may settle about a standing instruction. */
export const InstructionTerms = z.strictObject({
  kind: ActionKind,
  scope: InstructionScope,
  maxTableBytes: z.number().int().positive(),
  window: InstructionWindow,
  maxPerDay: z.number().int().min(1).max(50),
  expiresAt: Instant,
});
export type InstructionTerms = z.infer<typeof InstructionTerms>;

/** A person's consent given early: while it holds, a matching action of risk class R2 or lower needs nobody. */
export const Instruction = InstructionTerms.extend({
  instructionId: Id,
  summary: z.string(),
  createdBy: Actor,
  createdAt: Instant,
  incidentId: Id.nullable(),
  revoked: z.strictObject({ at: Instant, by: Actor }).nullable(),
});
export type Instruction = z.infer<typeof Instruction>;

/** What an instruction allowed lately. A run counts once, however often it asks: it carries out one action. */
export const InstructionUses = z.strictObject({ uses: z.array(z.strictObject({ runId: Id, at: Instant })) });
export type InstructionUses = z.infer<typeof InstructionUses>;
