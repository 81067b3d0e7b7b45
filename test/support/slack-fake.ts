// Slack's Web API as it is documented, as far as PgMedic uses it: auth.test, conversations.history by cursor, chat.postMessage into threads.
import { z } from "zod";
import { type Asked, type Fake, type Reply, startFake } from "./http-fake.ts";

export const TOKEN = "xoxb-0-secret";
export const OWN_BOT = "B0PGMEDIC";
/** Fewer than Slack gives, which it may do at any time. */
const PAGE = 3;

type Message = Record<string, unknown> & { ts: string };
const Post = z.looseObject({
  channel: z.string(),
  thread_ts: z.string(),
  text: z.string(),
  blocks: z.array(z.unknown()),
});
export type Posted = z.infer<typeof Post>;
export type SlackFake = Awaited<ReturnType<typeof startSlack>>;

const refuse = (error: string): Reply => ({ status: 200, body: { ok: false, error } });

export async function startSlack() {
  const channels = new Map<string, Message[]>();
  const posted: Posted[] = [];
  /** What is answered instead of the truth, by method; undefined goes on. */
  let instead: (method: string, asked: Asked) => Reply | Promise<Reply> | undefined = () => undefined;
  let last = 0;

  const history = (wanted: URLSearchParams): Reply => {
    const messages = channels.get(wanted.get("channel") ?? "");
    if (messages === undefined) return refuse("channel_not_found");
    const oldest = wanted.get("oldest") ?? "0";
    const latest = wanted.get("latest") ?? "9999999999.999999";
    const isInclusive = wanted.get("inclusive") === "true";
    const isWithin = ({ ts }: Message): boolean =>
      (ts > oldest && ts < latest) || (isInclusive && (ts === oldest || ts === latest));
    const found = messages.filter(isWithin).toSorted((a, b) => (a.ts < b.ts ? 1 : -1));
    const from = Number(
      Buffer.from(wanted.get("cursor") ?? "", "base64")
        .toString()
        .replace("next:", "") || 0,
    );
    const next = from + PAGE < found.length ? Buffer.from(`next:${from + PAGE}`).toString("base64") : "";
    return {
      status: 200,
      body: {
        ok: true,
        messages: found.slice(from, from + PAGE),
        has_more: next !== "",
        response_metadata: { next_cursor: next },
      },
    };
  };
  const post = (body: string): Reply => {
    const message = Post.safeParse(JSON.parse(body));
    if (!message.success) return refuse("invalid_arguments");
    const { channel, thread_ts: thread } = message.data;
    if (!channels.has(channel)) return refuse("channel_not_found");
    if (channels.get(channel)?.every(({ ts }) => ts !== thread)) return refuse("thread_not_found");
    posted.push(message.data);
    return { status: 200, body: { ok: true, channel, ts: now(), message: { bot_id: OWN_BOT } } };
  };
  const answer = async (asked: Asked): Promise<Reply> => {
    const method = asked.path.replace(/^\/api\//, "");
    if (asked.headers.authorization !== `Bearer ${TOKEN}`) return refuse("invalid_auth");
    const other = await instead(method, asked);
    if (other !== undefined) return other;
    switch (method) {
      case "auth.test":
        return { status: 200, body: { ok: true, user_id: "U0PGMEDIC", bot_id: OWN_BOT, team_id: "T0" } };
      case "conversations.history":
        return history(new URLSearchParams(asked.body));
      case "chat.postMessage":
        return post(asked.body);
      default:
        return refuse("unknown_method");
    }
  };
  /** Each later than the one before. */
  const now = (): string => {
    last = Math.max(last + 0.001, Date.now() / 1_000);
    return last.toFixed(6);
  };
  const fake: Fake = await startFake(answer);
  return {
    endpoint: `${fake.url}/api`,
    asked: (method: string): Asked[] => fake.asked.filter(({ path }) => path === `/api/${method}`),
    posted,
    /** The texts in the thread of a message, the first one first. */
    thread: (ts: string): string[] => posted.filter(({ thread_ts: at }) => at === ts).map(({ text }) => text),
    open: (channel: string): void => void channels.set(channel, []),
    /** An integration says something in a channel. Answers the moment, which is the message's id. */
    say: (channel: string, text: string, wish: object = {}): string => {
      const ts = now();
      channels.get(channel)?.push({ type: "message", subtype: "bot_message", bot_id: "B0ALERTS", text, ts, ...wish });
      return ts;
    },
    instead: (how: typeof instead): void => {
      instead = how;
    },
    stop: fake.stop,
  };
}
