import { z } from "zod";
import { Queue } from "./messages.ts";
import { Actor, Id, Instant } from "./primitives.ts";

/** A message that no handler could take, with the reason. Kept until somebody sends it again or the document expires. */
export const DeadLetter = z.strictObject({
  queue: Queue,
  reason: z.string(),
  body: z.unknown(),
  at: Instant,
  /** Who had it sent again last, and when. */
  sentAgain: z.strictObject({ by: Actor, at: Instant }).nullable().default(null),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** A row of `GET /api/dead-letters`. */
export const DeadLetterView = DeadLetter.omit({ body: true }).extend({
  letterId: Id,
  /** What it says, as JSON, cut after 2,000 characters. */
  text: z.string(),
  incidentId: Id.nullable(),
  /** Why it cannot be sent again; null when it can. */
  stays: z.string().nullable(),
});
export type DeadLetterView = z.infer<typeof DeadLetterView>;
export const DeadLetterList = z.strictObject({ letters: z.array(DeadLetterView) });
