import { z } from "zod";
import { Instant } from "./primitives.ts";

/** A moment of Slack's, which is also a message's id in its channel: seconds with six decimals. */
export const SlackTs = z.string().regex(/^\d{1,12}\.\d{6}$/);

/** An id of a channel: `C…`, or `G…` of a private one. */
export const SlackChannelId = z.string().regex(/^[CG][A-Z0-9]{6,20}$/, "a channel's id is such as C0123456789");

const text = z.string().nullish();
const Attachment = z.looseObject({
  pretext: text,
  title: text,
  text,
  fallback: text,
  fields: z.array(z.looseObject({ title: text, value: text })).nullish(),
});

/** A message as `conversations.history` has it (https://docs.slack.dev/reference/methods/conversations.history). */
export const SlackMessage = z.looseObject({
  ts: SlackTs,
  thread_ts: z.string().optional(),
  subtype: z.string().optional(),
  bot_id: z.string().optional(),
  text,
  attachments: z.array(Attachment).nullish(),
  /** Of many kinds: whatever has a text is read. */
  blocks: z.array(z.unknown()).nullish(),
});
export type SlackMessage = z.infer<typeof SlackMessage>;

/** How far a channel has been read, and which alerts of it fired and have not been called resolved. */
export const SlackProgress = z.strictObject({
  channel: SlackChannelId,
  /** The newest message that was dealt with. */
  newest: SlackTs,
  fired: z.array(z.strictObject({ key: z.string(), ts: SlackTs })),
  at: Instant,
});
export type SlackProgress = z.infer<typeof SlackProgress>;
