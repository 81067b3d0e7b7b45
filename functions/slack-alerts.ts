import type { InvocationContext } from "@azure/functions";
import { escaped } from "../shared/adapters/notify/slack.ts";
import { type Slack, slackOf, type SlackThread } from "../shared/adapters/slack.ts";
import type { AlertAnswer } from "../shared/contracts/api.ts";
import type { ReceivedAlert } from "../shared/contracts/received-alert.ts";
import type { SlackMessage, SlackProgress } from "../shared/contracts/slack.ts";
import { type ChatAlert, readChatAlert } from "../shared/core/alert-sources/chat-alert.ts";
import { alertIdOfThread, momentOf, tsOf } from "../shared/core/alert-sources/slack-thread.ts";
import { textOf } from "../shared/core/alert-sources/slack-text.ts";
import { serversInWords } from "../shared/core/alerted-server.ts";
import { failureText } from "../shared/core/log-text.ts";
import { receive } from "./receive-alert.ts";
import { services } from "./services.ts";
import type { Settings } from "./settings.ts";

type Log = Pick<InvocationContext, "warn">;

/** Alerts of a channel that fired and were not called resolved: the newest are kept. */
const MOST_FIRED = 200;
/** Messages of these kinds are somebody's words; any other tells of the channel itself. */
const SPOKEN = new Set([undefined, "bot_message", "thread_broadcast"]);

/** Slack as the settings have it; null where it is not set. */
export const slackIn = ({ PGMEDIC_SLACK_TOKEN: token, PGMEDIC_SLACK_ENDPOINT: endpoint }: Settings): Slack | null =>
  token === undefined ? null : slackOf(token, endpoint);

/** Every minute: takes in the alerts that came to the channels of Slack since, and answers each in its thread. */
export async function readSlack(_timer: unknown, context: Log): Promise<void> {
  const { settings } = services();
  const slack = slackIn(settings);
  if (slack === null) return;
  for (const channel of settings.PGMEDIC_SLACK_CHANNELS) {
    try {
      await readChannel(slack, channel, context);
    } catch (failure) {
      context.warn(`the alerts of Slack's channel ${channel} are left to the next minute: ${failureText(failure)}`);
    }
  }
}

async function readChannel(slack: Slack, channel: string, context: Log): Promise<void> {
  const { system, now } = services();
  const progress = await system.slackProgress(channel);
  // What was said before anybody listened is nobody's alert any more.
  if (progress === null) {
    const at = now();
    return system.keepSlackProgress({ channel, newest: tsOf(at), fired: [], at: at.toISOString() });
  }
  const read = await slack.history(channel, progress.newest);
  if (!("ok" in read)) throw new Error(read.because);
  if (!read.isWhole) context.warn(`Slack's channel ${channel} said more than is read at once: the oldest was left out`);
  let current = progress;
  for (const message of read.messages) {
    const next = await dealtWith({ slack, channel, message, current }, context);
    if (next === null) break;
    // An alert that was answered is not answered again by whoever comes after a kill.
    if (next.isAnswered) await system.keepSlackProgress(next.progress);
    current = next.progress;
  }
  if (current !== progress) await system.keepSlackProgress(current);
}

type Turn = { slack: Slack; channel: string; message: SlackMessage; current: SlackProgress };
type Dealt = { progress: SlackProgress; isAnswered: boolean };

/** Takes in one message and answers it; null when Slack cannot be answered now, so that it is to be dealt with again. */
async function dealtWith({ slack, channel, message, current }: Turn, context: Log): Promise<Dealt | null> {
  const { ts } = message;
  const passed = { ...current, newest: ts, at: services().now().toISOString() };
  const isAnswerToOther = message.thread_ts !== undefined && message.thread_ts !== ts;
  const alert = SPOKEN.has(message.subtype) && !isAnswerToOther ? readChatAlert(textOf(message)) : null;
  if (alert === null) return { progress: passed, isAnswered: false };
  const first = alert.condition === "Resolved" ? current.fired.find(({ key }) => key === alert.key)?.ts : ts;
  // The end of something that nobody saw begin.
  if (first === undefined) return { progress: passed, isAnswered: false };
  const answer = await takenIn(alert, { channel, ts: first }, message);
  const others = current.fired.filter(({ key }) => key !== alert.key);
  if (alert.condition === "Resolved") return { progress: { ...passed, fired: others }, isAnswered: true };
  const told = await slack.answer({ channel, ts }, { text: replyTo(answer) });
  if (told.outcome === "later") {
    context.warn(`Slack's channel ${channel} was not answered yet: ${told.because}`);
    return null;
  }
  if (told.outcome === "refused") context.warn(`Slack's channel ${channel} took no answer: ${told.because}`);
  return { progress: { ...passed, fired: [...others, { key: alert.key, ts }].slice(-MOST_FIRED) }, isAnswered: true };
}

async function takenIn(alert: ChatAlert, thread: SlackThread, message: SlackMessage): Promise<AlertAnswer> {
  const named = await services().servers.chosen((all) => serversInWords(alert.words, all));
  const [server, ...others] = named;
  if (server === undefined || others.length > 0) {
    const names = named.map(({ serverId }) => serverId).join(", ");
    const reason = server === undefined ? "it names no server that I watch" : `it names more than one server: ${names}`;
    return { incidentId: null, disposition: "ignored", reason };
  }
  const { channel, ts } = thread;
  const isResolved = alert.condition === "Resolved";
  const received: ReceivedAlert = {
    source: "slack",
    alertId: alertIdOfThread(thread),
    identity: ["slack", channel, ts],
    condition: alert.condition,
    rule: alert.rule,
    metric: null,
    value: null,
    threshold: null,
    severity: alert.severity,
    firedAt: momentOf(ts),
    resolvedAt: isResolved ? momentOf(message.ts) : null,
    target: { by: "server", serverId: server.serverId },
    payload: { channel, ts: message.ts, text: textOf(message) },
  };
  return receive(received);
}

/** What the thread is told at once; what is found and how it ends is told by the channel of threads. */
function replyTo({ incidentId, disposition, reason }: AlertAnswer): string {
  const { PGMEDIC_DASHBOARD_URL: dashboard } = services().settings;
  if (incidentId === null) {
    const because = escaped(reason ?? "it is not known why", 300);
    return `I leave this to you: ${because}. A server is named by its id, its host or its Azure resource id.`;
  }
  const name =
    dashboard === undefined ? incidentId : `<${dashboard.replace(/\/+$/, "")}/incidents/${incidentId}|${incidentId}>`;
  return disposition === "attached" ? `This belongs to ${name}, which is open.` : `I am looking at it: ${name}.`;
}
