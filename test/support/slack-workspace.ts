// A workspace of Slack over HTTP, as far as an app with a bot token sees it: the shapes are those of its Web API's documentation.
import { z } from "zod";
import { type Reply, startFake } from "./http-fake.ts";

const TOKEN = "xoxb-a-token-of-tests";
const HistoryWish = z.looseObject({
  channel: z.string(),
  oldest: z.string(),
  limit: z.number(),
  cursor: z.string().optional(),
});
const Posted = z.looseObject({ channel: z.string(), thread_ts: z.string(), text: z.string() });
export type Posted = z.infer<typeof Posted>;

/** Starts it; the newest message of a channel comes first, two on a page. */
export async function startWorkspace() {
  const said = new Map<string, { ts: string; text: string; type: string; thread_ts?: string; subtype?: string }[]>();
  const posted: Posted[] = [];
  /** What the next calls of a method come to in place of an answer. */
  const failures: { method: string; reply: Reply }[] = [];
  const history = (wish: z.infer<typeof HistoryWish>): Reply => {
    const all = (said.get(wish.channel) ?? []).filter(({ ts }) => Number(ts) > Number(wish.oldest)).toReversed();
    const from = Number(wish.cursor ?? 0);
    const page = all.slice(from, from + 2);
    const isMore = from + 2 < all.length;
    const next = isMore ? { next_cursor: String(from + 2) } : {};
    return { status: 200, body: { ok: true, messages: page, has_more: isMore, response_metadata: next } };
  };
  const fake = await startFake(({ path, body, headers }) => {
    const method = path.split("/").at(-1) ?? "";
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 200, body: { ok: false, error: "invalid_auth" } };
    const place = failures.findIndex((failure) => failure.method === method);
    if (place >= 0) return failures.splice(place, 1)[0]?.reply ?? { status: 500 };
    if (method === "conversations.history") return history(HistoryWish.parse(JSON.parse(body)));
    if (method !== "chat.postMessage") return { status: 200, body: { ok: false, error: "unknown_method" } };
    posted.push(Posted.parse(JSON.parse(body)));
    return { status: 200, body: { ok: true, ts: "1.000000" } };
  });
  let count = 0;
  return {
    settings: { PGMEDIC_SLACK_TOKEN: TOKEN, PGMEDIC_SLACK_ENDPOINT: `${fake.url}/api` },
    posted,
    failures,
    /** Somebody writes a message now; answers its id. */
    write: (channel: string, text: string, wish: { thread_ts?: string; subtype?: string } = {}): string => {
      count += 1;
      const ts = `${Math.floor(Date.now() / 1_000)}.${String(500_000 + count).padStart(6, "0")}`;
      said.set(channel, [...(said.get(channel) ?? []), { type: "message", ts, text, ...wish }]);
      return ts;
    },
    stop: fake.stop,
  };
}
