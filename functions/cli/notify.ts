import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Channel } from "../../shared/adapters/notify/channel.ts";
import type { Notification, Told } from "../../shared/contracts/notification.ts";
import { ChannelSettings, channelsIn } from "../channels.ts";
import type { Outcome } from "./outcome.ts";

export const NotifyArguments = z.strictObject({
  test: z.literal(true, "give --test"),
  files: z.array(z.string()).max(0, "it takes no files"),
});
export const NOTIFY_OPTIONS = { test: { type: "boolean" } } as const;
export const NOTIFY_USAGE = `pgmedic notify --test
    tells every channel of the environment's PGMEDIC_NOTIFY_… settings a test, and says what each answered; a page that it causes is
    resolved at once`;

/** Tells every channel a test. The settings are the environment's: the runner alone has them in Azure, and it answers no calls. */
export async function notify(): Promise<Outcome> {
  // A thread is answered where an alert came from: there is none to try.
  const channels = channelsIn(ChannelSettings.parse(process.env)).filter(({ name }) => name !== "slackThread");
  if (channels.length === 0) return { text: "No PGMEDIC_NOTIFY_… setting is in the environment.", exitCode: 2 };
  const answers = await Promise.all(channels.map(async (channel) => ({ channel, told: await tryOut(channel) })));
  const text = answers.map(({ channel, told }) => `${channel.name}: ${wordsOf(told)}`).join("\n");
  return { text, exitCode: answers.every(({ told }) => told.outcome === "told") ? 0 : 1 };
}

async function tryOut(channel: Channel): Promise<Told> {
  const said = aTest();
  const told = await channel.tell(said, null);
  if (told.outcome !== "told" || channel.name !== "pagerDuty") return told;
  return channel.tell({ ...said, occasion: "dismissed" }, null);
}

function wordsOf(told: Told): string {
  switch (told.outcome) {
    case "told":
      return "told";
    case "later":
      return `not told, a run would try again: ${told.because}`;
    case "refused":
      return `not told, and a run would not try again: ${told.because}`;
  }
}

const aTest = (): Notification => ({
  notificationId: `test-${randomUUID().slice(0, 8)}`,
  incidentId: `test-${randomUUID().slice(0, 8)}`,
  occasion: "waits",
  severity: "Sev4",
  headline: "A test of PgMedic's notifications: there is nothing to do",
  server: "none",
  trigger: null,
  rootCause: null,
  confidence: null,
  statement: null,
  undo: null,
  outcome: "Somebody tried out whether you are told.",
  figures: [],
  recommendations: [],
  link: null,
  at: new Date().toISOString(),
});
