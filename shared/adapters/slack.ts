import { z } from "zod";
import type { Told } from "../contracts/notification.ts";
import type { Thread } from "../contracts/slack.ts";
import { jsonIn } from "./json.ts";
import { exchange } from "./notify/post.ts";

/** Slack asks for no more than 200 of a page: https://docs.slack.dev/apis/web-api/pagination. */
const PAGE = 200;
/** Errors of Slack's own side: https://docs.slack.dev/reference/methods/chat.postMessage. */
const PASSING = new Set([
  "ratelimited",
  "rate_limited",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const Page = z.looseObject({
  messages: z.array(z.unknown()),
  response_metadata: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
});
const Itself = z.looseObject({ bot_id: z.string() });

type Failed = { ok: false; told: Exclude<Told, { outcome: "told" }> };
export type Read<T> = ({ ok: true } & T) | Failed;
export type Slack = ReturnType<typeof slackApiOf>;
export type Period = { channel: string; oldest: string; latest: string | null; cursor: string | null };

/** Slack's Web API as a bot, with the scopes `channels:history`, `groups:history` and `chat:write`. Whatever goes wrong is a value. */
export function slackApiOf({ endpoint, token }: { endpoint: string; token: string }) {
  const call = async <T extends object>(method: string, body: object | URLSearchParams, schema: z.ZodType<T>) => {
    const isForm = body instanceof URLSearchParams;
    const answered = await exchange(
      `${endpoint.replace(/\/$/, "")}/${method}`,
      isForm ? body.toString() : JSON.stringify(body),
      {
        authorization: `Bearer ${token}`,
        // Methods that read take no JSON: https://docs.slack.dev/apis/web-api.
        "content-type": isForm ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8",
      },
    );
    return answered.ok ? read(await textOf(answered.response), schema) : answered;
  };
  return {
    /** The id under which the bot's own messages stand in a channel. */
    ownBotId: async (): Promise<Read<{ botId: string }>> => {
      const answer = await call("auth.test", new URLSearchParams(), Itself);
      return answer.ok ? { ok: true, botId: answer.value.bot_id } : answer;
    },
    /** One page of a channel's messages after `oldest` and up to `latest`, the newest first, and where the next one begins. */
    history: async ({
      channel,
      oldest,
      latest,
      cursor,
    }: Period): Promise<Read<{ messages: unknown[]; next: string | null }>> => {
      const wanted = new URLSearchParams({ channel, oldest, limit: String(PAGE) });
      if (latest !== null) {
        wanted.set("latest", latest);
        wanted.set("inclusive", "true");
      }
      if (cursor !== null) wanted.set("cursor", cursor);
      const answer = await call("conversations.history", wanted, Page);
      if (!answer.ok) return answer;
      const { messages, response_metadata: metadata } = answer.value;
      return { ok: true, messages, next: metadata?.next_cursor || null };
    },
    /** Answers in the thread of a message. Links in it are not unfolded. */
    reply: async ({ channel, ts }: Thread, message: { text: string; blocks: object[] }): Promise<Told> => {
      const body = { channel, thread_ts: ts, unfurl_links: false, unfurl_media: false, ...message };
      const answer = await call("chat.postMessage", body, Answer);
      return answer.ok ? { outcome: "told" } : answer.told;
    },
  };
}

async function textOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch {
    return "";
  }
}

/** Slack answers 200 to what it refuses, and says so in the body. */
function read<T extends object>(text: string, schema: z.ZodType<T>): { ok: true; value: T } | Failed {
  const later = (because: string): Failed => ({ ok: false, told: { outcome: "later", because, waitMs: null } });
  const body = jsonIn(text);
  if (body === undefined) return later("it answered no JSON");
  const answer = Answer.safeParse(body);
  if (!answer.success) return later("it answered something else than Slack's API does");
  if (!answer.data.ok) {
    const error = (answer.data.error ?? "unknown_error").slice(0, 100);
    return PASSING.has(error)
      ? later(`Slack says ${error}`)
      : { ok: false, told: { outcome: "refused", because: `Slack says ${error}` } };
  }
  const parsed = schema.safeParse(body);
  return parsed.success ? { ok: true, value: parsed.data } : later("it answered something else than Slack's API does");
}
