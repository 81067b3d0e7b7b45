import type { SlackMessage } from "../../contracts/slack.ts";

/** What is read of a message. Slack's own limit of a message is 40,000 characters; an alert says what it is about at its beginning. */
const MOST = { text: 12_000, lines: 200, line: 1_000, depth: 8, pieces: 500 } as const;

/** Slack's mrkdwn as plain text: links become their labels, mentions and emoji go, entities are decoded last. Linear in the text's length. */
export const withoutMarks = (text: string): string =>
  text
    .replace(/<([^<>]{0,4000})>/g, (_whole, inside: string) => labelOf(inside))
    .replace(/(?<![^\s:]):[a-z][a-z0-9_+'-]{0,60}:(?![^\s:])/g, " ")
    .replace(/[*`~]/g, "")
    .replace(/(?<![\w])_|_(?![\w])/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** What people see of `<…>`: the label of a link, the name of a channel; of a mention and a bare address nothing. */
function labelOf(inside: string): string {
  const bar = inside.indexOf("|");
  return bar < 0 || inside.startsWith("!") ? " " : inside.slice(bar + 1);
}

/** The lines that people read in a message, the first one first: its text, then its attachments, then its blocks. */
export function linesOf({
  text,
  attachments,
  blocks,
}: Pick<SlackMessage, "text" | "attachments" | "blocks">): string[] {
  const pieces: string[] = [];
  const add = (piece: unknown): void => {
    if (typeof piece === "string" && piece !== "" && pieces.length < MOST.pieces)
      pieces.push(piece.slice(0, MOST.text));
  };
  add(text);
  for (const attachment of (attachments ?? []).slice(0, 50)) ofAttachment(attachment, add);
  for (const block of (blocks ?? []).slice(0, 100)) ofBlock(block, add, 0);
  const lines = withoutMarks(pieces.join("\n").slice(0, MOST.text)).split("\n");
  return [...new Set(lines.map((line) => line.trim().slice(0, MOST.line)).filter((line) => line !== ""))].slice(
    0,
    MOST.lines,
  );
}

type Add = (piece: unknown) => void;
type Parts = Readonly<Record<string, unknown>>;

const partsOf = (value: unknown): Parts | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 200) : []);

/** An attachment as integrations have used it for long: https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments. */
function ofAttachment(value: unknown, add: Add): void {
  const attachment = partsOf(value);
  if (attachment === null) return;
  const { pretext, title, text, fallback, fields, blocks } = attachment;
  for (const piece of [pretext, title, text]) add(piece);
  // Some services repeat there what the other parts say.
  if (!title && !text && listOf(blocks).length === 0) add(fallback);
  for (const field of listOf(fields).map(partsOf)) {
    if (typeof field?.["value"] !== "string") continue;
    add(
      typeof field["title"] === "string" && field["title"] !== ""
        ? `${field["title"]}: ${field["value"]}`
        : field["value"],
    );
  }
  for (const block of listOf(blocks)) ofBlock(block, add, 0);
}

/** A block, or an element of one. The elements of rich text that make one line are joined. */
function ofBlock(value: unknown, add: Add, depth: number): void {
  const block = partsOf(value);
  if (block === null || depth > MOST.depth) return;
  const { type, text, fields, elements } = block;
  if (type === "rich_text_section" || type === "rich_text_preformatted" || type === "rich_text_quote") {
    add(listOf(elements).map(richText).join(""));
    return;
  }
  // A button says what may be done, and nothing of the alert.
  if (type === "actions" || type === "button") return;
  if (typeof text === "string") add(text);
  else add(partsOf(text)?.["text"]);
  for (const field of listOf(fields)) add(partsOf(field)?.["text"]);
  for (const element of listOf(elements)) ofBlock(element, add, depth + 1);
}

function richText(value: unknown): string {
  const text = partsOf(value)?.["text"];
  return typeof text === "string" ? text : " ";
}
