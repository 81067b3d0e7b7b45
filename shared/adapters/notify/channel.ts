import type { ChannelName, Notification, Told } from "../../contracts/notification.ts";
import type { Thread } from "../../contracts/slack.ts";

/** A way to people. `thread` is for the one that answers in threads. Whatever goes wrong is a value. */
export type Channel = {
  name: ChannelName;
  tell: (notification: Notification, thread: Thread | null) => Promise<Told>;
};

/** A text of somebody else's for a line or a paragraph: without control characters, which no format needs, and cut to `most` characters. */
export function plain(text: string, most: number): string {
  // Marks that turn the direction of writing could make a statement look like another one.
  const clean = text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, " ").toWellFormed();
  if (clean.length <= most) return clean;
  return `${clean.slice(0, most - 2).toWellFormed()} …`;
}
