import type { Notification } from "../../contracts/notification.ts";
import { type Channel, plain } from "./channel.ts";
import { post } from "./post.ts";
import { OWN_BLOCK } from "../../contracts/slack.ts";

/** A section takes 3,000 characters, a header 150: https://docs.slack.dev/reference/block-kit/blocks. */
const MOST = { section: 3_000, header: 150, words: 2_900, server: 100 } as const;

/** Slack, through an incoming webhook of one channel. */
export const slackOf = (url: string): Channel => ({
  name: "slack",
  tell: (notification) => post(url, JSON.stringify(slackMessage(notification))),
});

/**
 * Text of somebody else's in mrkdwn. Slack takes mentions and links from `<…>` alone, once it is told by `verbatim` to look for no other:
 * https://docs.slack.dev/messaging/formatting-message-text. A URL is broken up, since clients make links of their own.
 */
export function escaped(text: string, most: number): string {
  const safe = plain(text, MOST.section)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("://", ":\u200B//")
    .replaceAll("`", "'");
  // An entity that was cut in two is left out.
  return safe.length <= most
    ? safe
    : `${safe
        .slice(0, most - 2)
        .replace(/&[a-z]*$/, "")
        .toWellFormed()} …`;
}

const section = (title: string, text: string) => ({
  type: "section",
  text: { type: "mrkdwn", text: `*${title}*\n${text}`, verbatim: true },
});
const words = (title: string, text: string | null) =>
  text === null || text === "" ? [] : [section(title, escaped(text, MOST.words))];
const code = (title: string, text: string | null) =>
  text === null ? [] : [section(title, `\`\`\`${escaped(text, MOST.words)}\`\`\``)];

/** The message as the webhook takes it; `text` is what a notification on a phone shows. */
export function slackMessage(said: Notification) {
  const { headline, severity, figures, recommendations, link } = said;
  const compared = figures.map(({ what, before, after }) => `${what}: ${before} → ${after}`).join("\n");
  const advised = recommendations.map((text) => `• ${text}`).join("\n");
  return {
    text: `${severity}: ${headline} (${escaped(said.server, MOST.server)})`,
    blocks: [
      {
        type: "header",
        // By this a channel that is read for alerts is not read for PgMedic's own words.
        block_id: OWN_BLOCK,
        text: { type: "plain_text", text: plain(`${severity}: ${headline}`, MOST.header), emoji: false },
      },
      ...words("Server", said.server),
      ...words("Alert", said.trigger),
      ...words("Cause", said.rootCause),
      ...words("Confidence", said.confidence),
      ...code("Action", said.statement),
      ...code("Undo", said.undo),
      ...words("Now", said.outcome),
      ...words("Before → after", compared),
      ...words("Recommended", advised),
      // The link is made of the dashboard's address and an id: no word of anybody else's is in it.
      ...(link === null ? [] : [section("Incident", `<${link}|Open it in the dashboard>`)]),
    ],
  };
}
