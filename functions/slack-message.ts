import type { InvocationContext } from "@azure/functions";
import { slackChannelsOf } from "../shared/adapters/slack-channels.ts";
import type { ReceivedAlert } from "../shared/contracts/received-alert.ts";
import type { SlackMessage } from "../shared/contracts/slack.ts";
import { type ChatAlert, identifiedBy, readChat } from "../shared/core/alert-sources/chat-text.ts";
import { firedBefore, firedKeyOf, withFired } from "../shared/core/slack-reading.ts";
import { rememberedUpTo } from "./in-time.ts";
import { notice, noticeUnnamed } from "./notify.ts";
import { receive } from "./receive-alert.ts";
import { serverOf } from "./server-of-alert.ts";
import { services } from "./services.ts";

type Log = Pick<InvocationContext, "warn">;
type Reader = { channel: string; ownBotId: string };

/** What this process has taken in: each poll reads the last minutes again. */
const taken = rememberedUpTo(10_000);

/** Takes in a message of a channel, if it tells of an alert. Rejects when it could not be: then it comes again with the next poll. */
export async function takeMessage(message: SlackMessage, reader: Reader, context: Log): Promise<void> {
  const read = readChat(message, reader);
  if (read === null) return;
  const key = `${read.alert.alertId} ${read.alert.condition}`;
  if (taken.has(key)) return;
  const place = { channel: reader.channel, ts: message.ts };
  if (read.alert.condition === "Fired") await fired(read, place, context);
  else await resolved(read.alert, place);
  taken.add(key);
}

type Place = { channel: string; ts: string };

async function fired({ alert, isCertain }: ChatAlert, { channel, ts }: Place, context: Log): Promise<void> {
  const named = await serverOf(alert.target);
  if (named.server === null) {
    if (isCertain) await noticeUnnamed(alert, named.because, context);
    return;
  }
  // Before its receipt: whoever is killed in between finds all of it again.
  const key = firedKeyOf(channel, named.server.serverId, alert);
  await slackChannelsOf(services().documents).changeFired(key, (known) => withFired(known, ts));
  const { incidentId } = await receive(alert);
  if (incidentId !== null) await notice(incidentId, context);
}

/** The end of an alert is another message: it belongs to the last one before it of the same rule on the same server. */
async function resolved(alert: ReceivedAlert, { channel, ts }: Place): Promise<void> {
  const { server } = await serverOf(alert.target);
  if (server === null) return;
  const before = firedBefore(
    await slackChannelsOf(services().documents).fired(firedKeyOf(channel, server.serverId, alert)),
    ts,
  );
  if (before !== null) await receive({ ...alert, ...identifiedBy({ channel, ts: before }) });
}
