import type { Notification } from "../../contracts/notification.ts";
import { type Channel, plain } from "./channel.ts";
import { post } from "./post.ts";

/** Microsoft Teams, through the webhook of a workflow ("Send webhook alerts to a channel"). */
export const teamsOf = (url: string): Channel => ({
  name: "teams",
  tell: (notification) => post(url, JSON.stringify(teamsMessage(notification))),
});

/**
 * Text of somebody else's stands in runs of a RichTextBlock: those know no Markdown, so it can neither format nor link
 * (https://adaptivecards.io/explorer/TextRun.html). A mention needs an entity, which the card never has. A URL is broken up, since clients
 * make links of their own. A message may have 28 KB: the parts are cut so that their sum stays below.
 */
const run = (text: string, most: number, wish: object = {}) => ({
  type: "TextRun",
  text: plain(text, most).replaceAll("://", ":\u200B//"),
  ...wish,
});
const titled = (title: string, text: string | null, wish: object = {}) =>
  text === null || text === ""
    ? []
    : [
        { type: "RichTextBlock", separator: true, inlines: [run(title, 50, { weight: "Bolder" })] },
        { type: "RichTextBlock", inlines: [run(text, 1_000, wish)] },
      ];

/** The message as the workflow takes it: one Adaptive Card. */
export function teamsMessage(said: Notification) {
  const { headline, severity, figures, recommendations, link } = said;
  const compared = figures.map(({ what, before, after }) => `${what}: ${before} → ${after}`).join("\n");
  const code = { fontType: "Monospace" };
  const heading = run(`${severity}: ${headline}`, 150, { weight: "Bolder", size: "Large" });
  return {
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          body: [
            { type: "RichTextBlock", inlines: [heading] },
            ...titled("Server", said.server),
            ...titled("Alert", said.trigger),
            ...titled("Cause", said.rootCause),
            ...titled("Action", said.statement, code),
            ...titled("Undo", said.undo, code),
            ...titled("Now", said.outcome),
            ...titled("Before → after", compared),
            ...titled("Recommended", recommendations.map((text) => `• ${text}`).join("\n")),
          ],
          actions: link === null ? [] : [{ type: "Action.OpenUrl", title: "Open the incident", url: link }],
        },
      },
    ],
  };
}
