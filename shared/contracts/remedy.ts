import { z } from "zod";
import { TypedAction } from "./actions.ts";
import { JudgedBy } from "./measure.ts";
import { WindowFigures } from "./outcome.ts";
import { Id } from "./primitives.ts";
import { TargetStatement } from "./proposal.ts";
import { Cause } from "./taxonomy.ts";

/** What an investigation hands to the proposal: one action with typed parameters, and what it rests on. Never a statement. */
export const Remedy = z.strictObject({
  incidentId: Id,
  cause: Cause,
  database: z.string(),
  action: TypedAction,
  /** Why this and not more, in a sentence; what it touches besides its target. */
  note: z.string(),
  estimatedBytes: z.number().nonnegative(),
  writesPerSecond: z.number().nonnegative(),
  targets: z.array(TargetStatement),
  /** The target statements together, in the interval that was investigated; null where it is not about statements. */
  figures: WindowFigures.nullable(),
  judgedBy: JudgedBy,
});
export type Remedy = z.infer<typeof Remedy>;
