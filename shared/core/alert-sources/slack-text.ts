import { z } from "zod";
import type { SlackMessage } from "../../contracts/slack.ts";

/** What is read of a message: nobody writes an alert longer than this. */
const MOST = 4_000;
/** How deep blocks may lie in each other. */
const DEEPEST = 6;

/** The plain text of a message: of its own text, its attachments and its blocks, in that order, each line once. */
export function textOf({ text, attachments, blocks }: SlackMessage): string {
  const attached = (attachments ?? []).flatMap(({ pretext, title, text: body, fallback, fields }) => {
    const named = (fields ?? []).map((field) => `${field.title ?? ""}: ${field.value ?? ""}`);
    const own = [pretext, title, body, ...named];
    return own.some((one) => one != null && one !== "") ? own : [fallback];
  });
  const lines = [text, ...attached, ...textsIn(blocks ?? [], 0)]
    .flatMap((one) => plainly((one ?? "").slice(0, MOST)).split("\n"))
    .flatMap((line) => line.trim() || []);
  return [...new Set(lines)].join("\n").slice(0, MOST);
}

const Block = z.looseObject({
  text: z.unknown().optional(),
  elements: z.array(z.unknown()).optional(),
  fields: z.array(z.unknown()).optional(),
});

/** The texts of blocks, whatever their kinds: a section's, a header's, those of rich text. */
function textsIn(parts: readonly unknown[], depth: number): string[] {
  if (depth > DEEPEST) return [];
  return parts.flatMap((part) => {
    const block = Block.safeParse(part);
    if (!block.success) return [];
    const { text, elements = [], fields = [] } = block.data;
    const own =
      typeof text === "string" ? [text] : text === undefined || text === null ? [] : textsIn([text], depth + 1);
    // The pieces of one line of rich text stand beside each other.
    const pieces = textsIn(elements, depth + 1);
    return [...own, ...(pieces.length === 0 ? [] : [pieces.join(" ")]), ...textsIn(fields, depth + 1)];
  });
}

/** Text without Slack's marks: https://docs.slack.dev/messaging/formatting-message-text. */
const plainly = (text: string): string =>
  text
    .replaceAll(/<[@#!][^<>|]{0,100}(?:\|([^<>]{0,200}))?>/g, "$1")
    .replaceAll(/<([^<>|]{1,2000})\|([^<>]{0,500})>/g, "$2")
    .replaceAll(/<(https?:[^<>|]{1,2000}|mailto:[^<>|]{1,300})>/g, "$1")
    .replaceAll(/(?<=^|\s):[a-z0-9_+-]{2,40}:(?=\s|$)/gm, " ")
    // Names have underscores within.
    .replaceAll(/[*~`]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/[ \t]+/g, " ");
