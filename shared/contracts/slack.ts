import { z } from "zod";
import { Instant } from "./primitives.ts";

/** A channel's id, as the setting names it: C…, or G… for an older private one. */
export const SlackChannel = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, "a channel is named by its id, such as C0123456789, which stands below its details");

/** Seconds since 1970 with six digits behind the point; within a channel it is the id of a message, and orders as text. */
export const SlackTs = z.string().regex(/^\d{10}\.\d{6}$/);

/** Where a message stands that may be answered in its thread. */
export const Thread = z.strictObject({ channel: SlackChannel, ts: SlackTs });
export type Thread = z.infer<typeof Thread>;

/** What PgMedic's own messages are marked with, whichever way they took: the id of a block begins with it. */
export const OWN_BLOCK = "pgmedic";

/** A message of `conversations.history`, as far as it is read: https://docs.slack.dev/reference/events/message. */
export const SlackMessage = z.looseObject({
  ts: SlackTs,
  subtype: z.string().optional(),
  /** Who posted it, where it was an app and not a person. */
  bot_id: z.string().nullish(),
  thread_ts: z.string().optional(),
  edited: z.unknown().optional(),
  text: z.string().nullish(),
  attachments: z.array(z.unknown()).nullish(),
  blocks: z.array(z.unknown()).nullish(),
});
export type SlackMessage = z.infer<typeof SlackMessage>;

/** How far a channel has been read. */
export const SlackProgress = z.strictObject({
  channel: SlackChannel,
  /** When it was first seen: nothing before it is ever read. */
  since: SlackTs,
  /** Every message up to this one was dealt with. */
  newest: SlackTs,
  /** The end of the piece that is read next, where there is too much for one run; null for all there is. */
  upTo: SlackTs.nullable().default(null),
  /** Slack asked not to be asked before; null where it did not. */
  notBefore: Instant.nullable().default(null),
});
export type SlackProgress = z.infer<typeof SlackProgress>;

/** The messages that told of one rule's alerts on one server in one channel, the oldest first. */
export const SlackFired = z.strictObject({ fired: z.array(SlackTs) });
