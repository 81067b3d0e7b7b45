import type { AlertTarget, ReceivedAlert } from "../../contracts/received-alert.ts";
import { OWN_BLOCK, type SlackMessage, type Thread } from "../../contracts/slack.ts";
import { headlineIn, saysAlert } from "./chat-formats.ts";
import { linesOf } from "./chat-words.ts";
import { alertIdOf } from "../thread-replies.ts";
import { firstSeverity } from "./grouped.ts";

/** An alert that a message tells of, and whether it is one beyond doubt, so that somebody may be told how to name the server. */
export type ChatAlert = { alert: ReceivedAlert; isCertain: boolean };

/** Who reads: messages of PgMedic's own are no alerts. */
type Reader = { channel: string; ownBotId: string };

/** Messages of integrations have none of them, or this. */
const BOT_MESSAGE = "bot_message";
const LONGEST_RULE = 300;
const MOST = { labels: 100, words: 400, word: 512 } as const;

/**
 * The alert that a message of a channel tells of; null for chatter, joins, edits of people, replies in threads and PgMedic's own messages.
 * Never throws, whatever the message holds: every word of it is somebody else's.
 */
export function readChat(message: SlackMessage, { channel, ownBotId }: Reader): ChatAlert | null {
  const { ts, bot_id: botId, subtype, thread_ts: threadTs, edited } = message;
  if (subtype !== undefined && subtype !== BOT_MESSAGE) return null;
  if (threadTs !== undefined && threadTs !== ts) return null;
  if (botId === ownBotId || isOwn(message)) return null;
  const lines = linesOf(message);
  const isPerson = typeof botId !== "string" && subtype !== BOT_MESSAGE;
  if (isPerson && (edited !== undefined || !saysAlert(lines))) return null;
  const labels = labelsIn(lines);
  const headline = headlineIn(lines, labels);
  if (headline === null) return null;
  const stated = [labels["severity"], labels["priority"], ...headline.severities];
  const rule = ruleOf(labels["alertname"] ?? headline.rule);
  const alert: ReceivedAlert = {
    source: "slack",
    ...identifiedBy({ channel, ts }),
    condition: headline.condition,
    rule,
    metric: null,
    value: null,
    threshold: null,
    severity: firstSeverity(stated),
    resolvedAt: headline.condition === "Resolved" ? momentOf(ts) : null,
    target: targetIn(lines, labels),
    payload: { channel, ts, lines },
  };
  return { alert, isCertain: !headline.isPlain && headline.condition === "Fired" };
}

const isOwn = ({ blocks }: SlackMessage): boolean =>
  (blocks ?? []).some((block) => blockIdOf(block).startsWith(OWN_BLOCK));
const blockIdOf = (block: unknown): string =>
  typeof block === "object" && block !== null && "block_id" in block && typeof block.block_id === "string"
    ? block.block_id
    : "";

/** What an alert is known by: the message that told of it. */
export const identifiedBy = (thread: Thread): Pick<ReceivedAlert, "alertId" | "identity" | "firedAt"> => ({
  alertId: alertIdOf(thread),
  identity: ["slack", thread.channel, thread.ts],
  firedAt: momentOf(thread.ts),
});

const momentOf = (ts: string): string => new Date(Math.floor(Number(ts) * 1_000)).toISOString();

/** A rule without the server at its end, which a title names anyway, and so that the alert and its end are of one rule. */
const ruleOf = (text: string): string =>
  text
    .slice(0, LONGEST_RULE)
    .replace(/\s+(?:on|for)\s+(?:host:)?["']?[\w][\w.:-]*["']?\.?(?:\s\([^()]*\))?$/i, "")
    .trim() || "an alert without a name";

/** Labels as messages write them: a line `key: value` or `key = value`, or within a line `key=value`, `key:"value"`, `{host:shop}`. The first one counts. */
function labelsIn(lines: readonly string[]): Record<string, string> {
  const found = new Map<string, string>();
  const add = (key: string, value: string): void => {
    const name = key.trim().toLowerCase().replaceAll(/\s+/g, "_");
    const text = value
      .trim()
      .replaceAll(/^["']|["']$/g, "")
      .slice(0, MOST.word);
    if (name !== "" && text !== "" && found.size < MOST.labels && !found.has(name)) found.set(name, text);
  };
  for (const line of lines) {
    const [, key, value] = /^[-•\s]{0,5}([A-Za-z][A-Za-z0-9 _.]{0,40}?)\s?[:=]\s(.{1,600})$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) add(key, value);
    for (const [, name, text] of line.matchAll(/(?<![\w.])([A-Za-z_]\w{0,60})[:=]"?([^\s",;{}()[\]]{1,512})/g))
      if (name !== undefined && text !== undefined) add(name, text);
  }
  return Object.fromEntries(found);
}

/** Labels whose value is what the alert is about. */
const NAMING = new Set([
  "server",
  "server_name",
  "host",
  "hostname",
  "instance",
  "resource",
  "resource_id",
  "resource_name",
  "affected_resource",
  "affected_resources",
  "target",
  "target_resource",
  "dbinstanceidentifier",
  "db_instance",
  "database_server",
]);

/**
 * What may name a server. A word of letters alone may be any word: it counts only where the text says that it names one, such as after "on".
 * Any other, with a hyphen, a digit or a point in it, counts wherever it stands.
 */
function targetIn(lines: readonly string[], labels: Record<string, string>): AlertTarget {
  const words = new Set<string>();
  const add = (word: string | undefined): void => {
    const bare =
      word
        ?.trim()
        .toLowerCase()
        .replaceAll(/^[.:!?'"]+|[.:!?'"/]+$/g, "") ?? "";
    if (bare !== "" && bare.length <= MOST.word && words.size < MOST.words) words.add(bare);
  };
  for (const [name, value] of Object.entries(labels)) if (NAMING.has(name)) add(value);
  for (const line of lines) {
    for (const [, word] of line.matchAll(AFTER_ON)) add(word);
    for (const token of line.split(/[\s,;(){}[\]"'`<>|=→]+/)) for (const part of partsOfToken(token)) add(part);
  }
  return { by: "text", labels, words: [...words] };
}

const AFTER_ON =
  /\b(?:on|server|host|instance|cluster)[: ]\s?(?:(?:the|server|host|instance|cluster) ){0,2}["']?(\w[\w.-]{0,252}(?::\d{1,5})?)/gi;

/** A word by itself, or what stands behind `key:`; of `server/database` the server. */
function partsOfToken(token: string): string[] {
  if (token.length > MOST.word) return [];
  if (token.startsWith("/")) return [token];
  const value = /^[A-Za-z_]\w{0,60}:(?!\d{1,5}$)(?!\/\/)(.+)$/.exec(token)?.[1] ?? token;
  return value.split("/").filter((part) => /[\d._-]/.test(part) && /[a-z]|\d\.\d/i.test(part));
}
