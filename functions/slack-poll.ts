import type { InvocationContext } from "@azure/functions";
import type { Slack } from "../shared/adapters/slack.ts";
import { slackChannelsOf } from "../shared/adapters/slack-channels.ts";
import { SlackMessage, type SlackProgress } from "../shared/contracts/slack.ts";
import { failureText, scrubbed } from "../shared/core/log-text.ts";
import { begunAt, halved, periodOf, readUpTo, waitingFor } from "../shared/core/slack-reading.ts";
import { slackIn } from "./channels.ts";
import { inRotation, inTime, oneAtATime, type Pass } from "./in-time.ts";
import { services } from "./services.ts";
import { takeMessage } from "./slack-message.ts";

/** Lines about what is read in Slack begin with this. */
const SLACK = "pgmedic.slack";
/** Within a minute all of it ends, so that the next poll finds nobody at it. */
const PASS: Pass = { limitMs: 50_000, atOnce: 2 };
/** Pages of 200 messages that one run reads of a channel. */
const MOST_PAGES = 10;

type Log = Pick<InvocationContext, "log" | "warn">;

const onePoll = oneAtATime();
const throughChannels = inRotation();
/** Whose messages are PgMedic's own. A process keeps its token, so the answer holds for it. */
let ownBotId: string | null = null;

/** Every minute: takes in what the channels that are set tell of alerts since the last time. Each repetition is safe. */
export const pollSlack = (_timer: unknown, context: Log): Promise<void> => onePoll(() => pollOnce(context));

async function pollOnce(context: Log): Promise<void> {
  const { settings } = services();
  const slack = slackIn(settings);
  if (slack === null) return;
  const one = async (channel: string, leftMs: number): Promise<void> => {
    try {
      await inTime(leftMs, () => readChannel(slack, channel, { deadline: performance.now() + leftMs, context }));
    } catch (failure) {
      context.warn(`${SLACK}: ${channel} is left to the next poll: ${failureText(failure)}`);
    }
  };
  await throughChannels(settings.PGMEDIC_SLACK_CHANNELS, (channel) => channel, PASS, one);
}

type Run = { deadline: number; context: Log };

async function readChannel(slack: Slack, channel: string, run: Run): Promise<void> {
  const { documents, now } = services();
  const channels = slackChannelsOf(documents);
  const known = await channels.progress(channel);
  const progress = known ?? (await channels.changeProgress(channel, (current) => current ?? begunAt(channel, now())));
  if (known === null) run.context.log(`${SLACK}: ${channel} is read from now on`);
  if (progress.notBefore !== null && progress.notBefore > now().toISOString()) return;
  const read = await newMessages(slack, progress, run.deadline);
  const keep = (next: (current: SlackProgress) => SlackProgress) =>
    channels.changeProgress(channel, (current) => next(current ?? progress));
  switch (read.outcome) {
    case "tooMany":
      await keep((current) => halved(current, now()));
      run.context.warn(`${SLACK}: ${channel} has more than one poll reads: it is read piece by piece`);
      return;
    case "failed": {
      const { waitMs } = read;
      if (waitMs !== null) await keep((current) => waitingFor(current, waitMs, now()));
      run.context.warn(`${SLACK}: ${channel} was not read: ${scrubbed(read.because)}`);
      return;
    }
    case "read":
      await takeAll(read, { channel, ownBotId: read.ownBotId, end: progress.upTo }, run, keep);
  }
}

type Messages = { outcome: "read"; messages: SlackMessage[]; ownBotId: string };
type Unread = { outcome: "tooMany" } | { outcome: "failed"; because: string; waitMs: number | null };

/** The messages of a channel since the last time, the oldest first. */
async function newMessages(slack: Slack, progress: SlackProgress, deadline: number): Promise<Messages | Unread> {
  if (ownBotId === null) {
    const itself = await slack.ownBotId();
    if (!itself.ok) return failed(itself.told);
    ownBotId = itself.botId;
  }
  const period = { channel: progress.channel, ...periodOf(progress, services().now()) };
  const found: SlackMessage[] = [];
  let cursor: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    if (performance.now() > deadline) return { outcome: "tooMany" };
    const answer = await slack.history({ ...period, cursor });
    if (!answer.ok) return failed(answer.told);
    // A message of a shape that is not known is no alert that could be read, and must not hide its neighbours.
    found.push(...answer.messages.flatMap((message) => SlackMessage.safeParse(message).data ?? []));
    cursor = answer.next;
    if (cursor === null) return { outcome: "read", messages: found.toSorted(byTs), ownBotId };
  }
  return { outcome: "tooMany" };
}

const byTs = (a: SlackMessage, b: SlackMessage): number => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0);
const failed = (told: { because: string; waitMs?: number | null }): Unread => ({
  outcome: "failed",
  because: told.because,
  waitMs: told.waitMs ?? null,
});

type Where = { channel: string; ownBotId: string; end: string | null };
type Keep = (next: (current: SlackProgress) => SlackProgress) => Promise<SlackProgress>;

/** Takes messages in their order, and remembers how far it came whatever stops it: what was not taken is read again. */
async function takeAll({ messages }: Messages, { end, ...reader }: Where, run: Run, keep: Keep): Promise<void> {
  let reached: string | null = null;
  let isAll = false;
  try {
    for (const message of messages) {
      if (performance.now() > run.deadline) return;
      await takeMessage(message, reader, run.context);
      reached = message.ts;
    }
    isAll = true;
  } finally {
    const upTo = isAll && end !== null ? end : reached;
    await keep((current) => readUpTo(current, upTo));
  }
}
