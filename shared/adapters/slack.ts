import { z } from "zod";
import { SlackMessage } from "../contracts/slack.ts";
import type { Told } from "../contracts/notification.ts";
import { jsonIn } from "./json.ts";
import { waitOf } from "./notify/post.ts";

/** A message with the answers to it. */
export type SlackThread = { channel: string; ts: string };
export type Slack = ReturnType<typeof slackOf>;
export type History = { ok: true; messages: SlackMessage[]; isWhole: boolean } | Exclude<Told, { outcome: "told" }>;

const TIMEOUT_MS = 10_000;
const PAGE = 100;
/** More than a channel of alerts has in the time that PgMedic may be away. */
const MOST_PAGES = 20;
const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const Page = z.looseObject({
  messages: z.array(z.unknown()),
  has_more: z.boolean().optional(),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).nullish(),
});
/** Errors that pass: https://docs.slack.dev/reference/methods/conversations.history, "Errors". */
const PASSING = new Set(["ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"]);

type Called = { outcome: "answered"; value: unknown } | Exclude<Told, { outcome: "told" }>;

/** Slack's Web API, as the app whose bot token this is. Whatever goes wrong is a value. */
export function slackOf(token: string, endpoint: string) {
  const call = async (method: string, body: Record<string, unknown>): Promise<Called> => {
    const response = await fetch(`${endpoint}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      // A redirect would carry the token elsewhere.
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((failure: unknown) => (failure instanceof Error ? failure.name : "unknown"));
    if (typeof response === "string") return { outcome: "later", because: `no answer (${response})`, waitMs: null };
    const { status } = response;
    const text = await response.text().catch(() => "");
    if (status === 429 || status >= 500)
      return {
        outcome: "later",
        because: `it answered ${status}`,
        waitMs: waitOf(response.headers.get("retry-after")),
      };
    const answer = Answer.safeParse(jsonIn(text));
    if (!answer.success) return { outcome: "refused", because: `it answered ${status}, and not as Slack does` };
    if (answer.data.ok) return { outcome: "answered", value: answer.data };
    const because = `${method}: ${answer.data.error ?? "refused"}`;
    return PASSING.has(answer.data.error ?? "")
      ? { outcome: "later", because, waitMs: null }
      : { outcome: "refused", because };
  };
  return {
    /** The messages of a channel after a moment, the oldest first. Not whole: there were more than are read at once. */
    history: async (channel: string, oldest: string): Promise<History> => {
      const messages: SlackMessage[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const asked = { channel, oldest, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
        const called = await call("conversations.history", asked);
        if (called.outcome !== "answered") return called;
        const read = Page.safeParse(called.value);
        if (!read.success) return { outcome: "refused", because: "its history is none" };
        // One that cannot be read must not hide the others.
        messages.push(...read.data.messages.flatMap((one) => SlackMessage.safeParse(one).data ?? []));
        cursor = read.data.response_metadata?.next_cursor;
        if (read.data.has_more !== true || cursor === undefined || cursor === "") return whole(messages, true);
      }
      return whole(messages, false);
    },
    /** Answers in a thread. */
    answer: async ({ channel, ts }: SlackThread, message: Record<string, unknown>): Promise<Told> => {
      const called = await call("chat.postMessage", {
        channel,
        thread_ts: ts,
        unfurl_links: false,
        unfurl_media: false,
        ...message,
      });
      return called.outcome === "answered" ? { outcome: "told" } : called;
    },
  };
}

const whole = (messages: readonly SlackMessage[], isWhole: boolean): History => ({
  ok: true,
  messages: messages.toSorted((a, b) => Number(a.ts) - Number(b.ts)),
  isWhole,
});
