// What Slack's Web API answers, and what is made of it.
import { afterEach, expect, test } from "vitest";
import { slackApiOf } from "../../../shared/adapters/slack.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";

let fake: Fake | undefined;
afterEach(() => fake?.stop());
async function answering(reply: Reply) {
  fake = await startFake(() => reply);
  return slackApiOf({ endpoint: `${fake.url}/api/`, token: "xoxb-secret" });
}
const thread = { channel: "C0ALERTS", ts: "1763631001.000100" };
const message = { text: "PgMedic looks at this alert", blocks: [] };

test.each([
  [{ status: 200, body: { ok: true, ts: "1" } }, { outcome: "told" }],
  [
    { status: 200, body: { ok: false, error: "not_in_channel" } },
    { outcome: "refused", because: "Slack says not_in_channel" },
  ],
  [
    { status: 200, body: { ok: false, error: "internal_error" } },
    { outcome: "later", because: "Slack says internal_error", waitMs: null },
  ],
  [
    { status: 429, headers: { "retry-after": "12" } },
    { outcome: "later", because: "it answered 429", waitMs: 12_000 },
  ],
  [
    { status: 200, body: "<html>" },
    { outcome: "later", because: "it answered no JSON", waitMs: null },
  ],
  [
    { status: 200, body: [] },
    { outcome: "later", because: "it answered something else than Slack's API does", waitMs: null },
  ],
] as const)("a reply that is answered with %o is %o", async (reply, told) => {
  expect(await (await answering(reply)).reply(thread, message)).toEqual(told);
});

test("a reply goes into the thread, with the token and without previews of its links", async () => {
  await (await answering({ status: 200, body: { ok: true } })).reply(thread, message);
  const [asked] = fake?.asked ?? [];
  expect(asked).toMatchObject({ method: "POST", path: "/api/chat.postMessage" });
  expect(asked?.headers).toMatchObject({
    authorization: "Bearer xoxb-secret",
    "content-type": "application/json; charset=utf-8",
  });
  expect(JSON.parse(asked?.body ?? "")).toEqual({
    channel: "C0ALERTS",
    thread_ts: "1763631001.000100",
    unfurl_links: false,
    unfurl_media: false,
    ...message,
  });
});

test("a page of a channel is asked for by its period and cursor", async () => {
  const page = { ok: true, messages: [{ ts: "1763631001.000100" }], response_metadata: { next_cursor: "" } };
  const slack = await answering({ status: 200, body: page });
  const period = { channel: "C0ALERTS", oldest: "1763631000.000000", latest: "1763632000.000000", cursor: "abc=" };
  expect(await slack.history(period)).toEqual({ ok: true, messages: page.messages, next: null });
  expect(Object.fromEntries(new URLSearchParams(fake?.asked[0]?.body))).toEqual({
    ...period,
    limit: "200",
    inclusive: "true",
  });
});
