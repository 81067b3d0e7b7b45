import type { Told } from "../../contracts/notification.ts";
import type { Slack } from "../slack.ts";
import type { Channel } from "./channel.ts";
import { slackMessage } from "./slack.ts";

/** The threads of the messages that brought an incident's alerts. An answer that one of them refuses keeps no other from its own. */
export const slackThreadsOf = (slack: Slack): Channel => ({
  name: "slackThread",
  tell: async (notification) => {
    const message = slackMessage(notification);
    let told: Told = { outcome: "told" };
    for (const thread of notification.threads) {
      const answer = await slack.answer(thread, message);
      if (answer.outcome !== "told") told = answer;
    }
    return told;
  },
});
