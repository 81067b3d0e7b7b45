import type { z } from "zod";
import type { Channel } from "../shared/adapters/notify/channel.ts";
import { pagerDutyOf } from "../shared/adapters/notify/pager-duty.ts";
import { slackThreadOf } from "../shared/adapters/notify/slack-thread.ts";
import { slackOf } from "../shared/adapters/notify/slack.ts";
import { teamsOf } from "../shared/adapters/notify/teams.ts";
import { webhookOf } from "../shared/adapters/notify/webhook.ts";
import { type Slack, slackApiOf } from "../shared/adapters/slack.ts";
import { Settings } from "./settings.ts";

/** The settings that say where people are told. */
export const ChannelSettings = Settings.pick({
  PGMEDIC_NOTIFY_SLACK_URL: true,
  PGMEDIC_SLACK_CHANNELS: true,
  PGMEDIC_SLACK_TOKEN: true,
  PGMEDIC_SLACK_ENDPOINT: true,
  PGMEDIC_NOTIFY_TEAMS_URL: true,
  PGMEDIC_NOTIFY_PAGERDUTY_KEY: true,
  PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: true,
  PGMEDIC_NOTIFY_WEBHOOK_URL: true,
  PGMEDIC_NOTIFY_WEBHOOK_SECRET: true,
});
type ChannelSettings = z.infer<typeof ChannelSettings>;

/** The channels that the settings name; none where nothing is set. */
export function channelsIn(settings: ChannelSettings): Channel[] {
  const { PGMEDIC_NOTIFY_SLACK_URL: slack, PGMEDIC_NOTIFY_TEAMS_URL: teams } = settings;
  const { PGMEDIC_NOTIFY_PAGERDUTY_KEY: key, PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: pager } = settings;
  const { PGMEDIC_NOTIFY_WEBHOOK_URL: url, PGMEDIC_NOTIFY_WEBHOOK_SECRET: secret } = settings;
  const reading = slackIn(settings);
  return [
    ...(slack === undefined ? [] : [slackOf(slack)]),
    ...(reading === null ? [] : [slackThreadOf(reading)]),
    ...(teams === undefined ? [] : [teamsOf(teams)]),
    ...(key === undefined ? [] : [pagerDutyOf(pager, key)]),
    ...(url === undefined ? [] : [secret === undefined ? unsigned : webhookOf(url, secret)]),
  ];
}

type SlackSettings = Pick<ChannelSettings, "PGMEDIC_SLACK_CHANNELS" | "PGMEDIC_SLACK_TOKEN" | "PGMEDIC_SLACK_ENDPOINT">;

/** Slack's API where channels are read for alerts; null where none is. */
export function slackIn(settings: SlackSettings): Slack | null {
  const { PGMEDIC_SLACK_CHANNELS: channels, PGMEDIC_SLACK_TOKEN: token, PGMEDIC_SLACK_ENDPOINT: endpoint } = settings;
  return token === undefined || channels.length === 0 ? null : slackApiOf({ endpoint, token });
}

const unsigned: Channel = {
  name: "webhook",
  tell: () => Promise.resolve({ outcome: "refused", because: "PGMEDIC_NOTIFY_WEBHOOK_SECRET is not set" }),
};
