import { type Slack } from "../slack.ts";
import type { Channel } from "./channel.ts";
import { slackMessage } from "./slack.ts";

/** The threads of those messages of Slack that told of an incident's alerts, and nowhere else. */
export const slackThreadOf = (slack: Pick<Slack, "reply">): Channel => ({
  name: "slackThread",
  tell: (notification, thread) =>
    thread === null
      ? Promise.resolve({ outcome: "refused", because: "there is no thread to answer in" })
      : slack.reply(thread, slackMessage(notification)),
});
