import type { z } from "zod";
import type { Channel } from "../shared/adapters/notify/channel.ts";
import { pagerDutyOf } from "../shared/adapters/notify/pager-duty.ts";
import { slackOf } from "../shared/adapters/notify/slack.ts";
import { slackThreadsOf } from "../shared/adapters/notify/slack-thread.ts";
import { teamsOf } from "../shared/adapters/notify/teams.ts";
import { webhookOf } from "../shared/adapters/notify/webhook.ts";
import { slackOf as webApiOf } from "../shared/adapters/slack.ts";
import { Settings } from "./settings.ts";

/** The settings that say where people are told. */
export const ChannelSettings = Settings.pick({
  PGMEDIC_NOTIFY_SLACK_URL: true,
  PGMEDIC_NOTIFY_TEAMS_URL: true,
  PGMEDIC_NOTIFY_PAGERDUTY_KEY: true,
  PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: true,
  PGMEDIC_NOTIFY_WEBHOOK_URL: true,
  PGMEDIC_NOTIFY_WEBHOOK_SECRET: true,
  PGMEDIC_SLACK_TOKEN: true,
  PGMEDIC_SLACK_ENDPOINT: true,
});
type ChannelSettings = z.infer<typeof ChannelSettings>;

/** The channels that the settings name; none where nothing is set. */
export function channelsIn(settings: ChannelSettings): Channel[] {
  const { PGMEDIC_NOTIFY_SLACK_URL: slack, PGMEDIC_NOTIFY_TEAMS_URL: teams } = settings;
  const { PGMEDIC_NOTIFY_PAGERDUTY_KEY: key, PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: pager } = settings;
  const { PGMEDIC_NOTIFY_WEBHOOK_URL: url, PGMEDIC_NOTIFY_WEBHOOK_SECRET: secret } = settings;
  const { PGMEDIC_SLACK_TOKEN: token, PGMEDIC_SLACK_ENDPOINT: api } = settings;
  return [
    ...(token === undefined ? [] : [slackThreadsOf(webApiOf(token, api))]),
    ...(slack === undefined ? [] : [slackOf(slack)]),
    ...(teams === undefined ? [] : [teamsOf(teams)]),
    ...(key === undefined ? [] : [pagerDutyOf(pager, key)]),
    ...(url === undefined ? [] : [secret === undefined ? unsigned : webhookOf(url, secret)]),
  ];
}

const unsigned: Channel = {
  name: "webhook",
  tell: () => Promise.resolve({ outcome: "refused", because: "PGMEDIC_NOTIFY_WEBHOOK_SECRET is not set" }),
};
