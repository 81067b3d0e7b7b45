// What each service is sent: its own format, with words of alerts and of the database as nothing but words.
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { pagerDutyEvent } from "../../../shared/adapters/notify/pager-duty.ts";
import { objectionTo, post } from "../../../shared/adapters/notify/post.ts";
import { slackMessage } from "../../../shared/adapters/notify/slack.ts";
import { teamsMessage } from "../../../shared/adapters/notify/teams.ts";
import { webhookOf } from "../../../shared/adapters/notify/webhook.ts";
import { type Notification, Occasion } from "../../../shared/contracts/notification.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";

const LINK = "https://pgmedic.example/incidents/inc-1";
/** A notification whose every untrusted word is the same. */
const saying = (text: string, wish: Partial<Notification> = {}): Notification => ({
  notificationId: "note-1",
  incidentId: "inc-1",
  occasion: "waits",
  severity: "Sev1",
  headline: "A proposal waits for a decision",
  server: text,
  trigger: text,
  rootCause: text,
  confidence: text,
  statement: text,
  undo: text,
  outcome: text,
  figures: [{ what: text, before: "1", after: "2" }],
  recommendations: [text, text, text, text, text],
  link: LINK,
  at: "2026-11-20T10:00:00.000Z",
  ...wish,
});

/** Every text inside a value. */
const textsIn = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(textsIn)
      : [];

const NASTY = ["<!channel>", "<@U123>", "<https://evil.example|ok>", "https://evil.example", "&lt;!here&gt;", "```"];
const untrusted = fc
  .array(fc.oneof(fc.constantFrom(...NASTY, "&", "<", ">", "`", "\u202E", "\0"), fc.string({ unit: "binary" })), {
    maxLength: 60,
  })
  .map((parts) => parts.join(""));

test("no text makes Slack mention anybody or link anywhere: the one link is the incident's", () => {
  fc.assert(
    fc.property(untrusted, (text) => {
      const { blocks, ...rest } = slackMessage(saying(text));
      for (const said of [...textsIn(blocks), ...textsIn(rest)]) {
        const own = said.replace(`<${LINK}|`, "").replace(/Open it in the dashboard>$/, "");
        expect(own).not.toMatch(/[<>]|:\/\/|&(?!amp;|lt;|gt;)/);
        expect(said.length).toBeLessThanOrEqual(3_000);
      }
      for (const block of blocks) if ("verbatim" in block.text) expect(block.text.verbatim).toBe(true);
    }),
  );
});

test("a code block of Slack ends where PgMedic ends it", () => {
  const { blocks } = slackMessage(saying("x ``` *bold* y"));
  for (const { text } of blocks.filter(({ text }) => text.text.includes("```")))
    expect(text.text.split("```")).toHaveLength(3);
});

test("a text that is far too long is cut to what Slack and PagerDuty take, and no entity is cut in two", () => {
  for (const text of ["&".repeat(9_000), "<".repeat(9_000), "\u{1F418}".repeat(9_000)]) {
    for (const said of textsIn(slackMessage(saying(text)).blocks)) {
      expect(said.length).toBeLessThanOrEqual(3_000);
      expect(said.replace(`<${LINK}|`, "")).not.toMatch(/&(?!amp;|lt;|gt;)/);
      expect(said.isWellFormed()).toBe(true);
    }
    const { payload } = event(saying(text));
    expect(payload?.summary.length).toBeLessThanOrEqual(1_024);
  }
});

test("in Teams every text stands in a run, which knows no Markdown, and nobody is mentioned", () => {
  fc.assert(
    fc.property(untrusted, (text) => {
      const [attachment] = teamsMessage(saying(text)).attachments;
      const { body, version, actions } = attachment?.content ?? { body: [] };
      expect(version).toBe("1.4");
      for (const { type, inlines } of body) {
        expect(type).toBe("RichTextBlock");
        for (const run of inlines) {
          expect(run.type).toBe("TextRun");
          expect(run.text).not.toContain("://");
        }
      }
      expect(actions).toEqual([{ type: "Action.OpenUrl", title: "Open the incident", url: LINK }]);
      expect(JSON.stringify(attachment)).not.toContain('"entities"');
    }),
  );
});

test("the longest card is below the 28 KB that Teams takes", () => {
  for (const text of ["語".repeat(9_000), '"'.repeat(9_000)])
    expect(Buffer.byteLength(JSON.stringify(teamsMessage(saying(text))))).toBeLessThan(28 * 1_024);
});

const event = (said: Notification) => {
  const made = pagerDutyEvent(said, "key");
  return { ...made, payload: "payload" in made ? made.payload : undefined };
};

test("PagerDuty has one page for an incident: triggered while a person is needed, resolved when nobody is", () => {
  const actions = Object.fromEntries(
    Occasion.options.map((occasion) => [occasion, event(saying("x", { occasion })).event_action]),
  );
  const resolved = Object.keys(actions).filter((occasion) => actions[occasion] === "resolve");
  expect(resolved).toEqual(["resolvedByConsent", "resolvedAutonomously", "dismissed"]);
  for (const occasion of Occasion.options)
    expect(event(saying("x", { occasion }))).toMatchObject({ routing_key: "key", dedup_key: "inc-1" });
  expect(event(saying("x")).payload).toMatchObject({ source: "x", severity: "error" });
});

let fake: Fake | undefined;
afterEach(() => fake?.stop());
const answering = async (reply: Reply): Promise<string> => (fake = await startFake(() => reply)).url;

test("one's own webhook can tell by the signature who sent what, and when", async () => {
  const url = await answering({ status: 200 });
  expect(await webhookOf(url, "s3cret").tell(saying("x"), null)).toEqual({ outcome: "told" });
  const [asked] = fake?.asked ?? [];
  const timestamp = String(asked?.headers["x-pgmedic-timestamp"]);
  const expected = createHmac("sha256", "s3cret").update(`${timestamp}.${asked?.body}`).digest("hex");
  expect(asked?.headers["x-pgmedic-signature"]).toBe(`v1=${expected}`);
  expect(asked?.headers["x-pgmedic-notification"]).toBe("note-1");
  expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(60);
  expect(JSON.parse(asked?.body ?? "")).toEqual({ schemaVersion: 1, ...saying("x") });
});

test.each([
  [{ status: 202 }, { outcome: "told" }],
  [
    { status: 429, headers: { "retry-after": "7" } },
    { outcome: "later", because: "it answered 429", waitMs: 7_000 },
  ],
  [
    { status: 503, body: "away" },
    { outcome: "later", because: "it answered 503 away", waitMs: null },
  ],
  [
    { status: 404, body: "no_service" },
    { outcome: "refused", because: "it answered 404 no_service" },
  ],
] as const)("an answer of %o is %o", async (reply, told) => {
  expect(await post(await answering(reply), "{}")).toEqual(told);
});

test("a redirect is refused, and nobody is asked where it leads", async () => {
  const url = await answering({ status: 307, headers: { location: "/elsewhere" } });
  expect(await post(url, "{}")).toMatchObject({ outcome: "refused" });
  expect(fake?.asked.map(({ path }) => path)).toEqual(["/"]);
});

test("nobody who answers is a reason to try later, which does not repeat the address", async () => {
  const url = await answering({ status: 200 });
  await fake?.stop();
  const told = await post(`${url}/secret-path`, "{}");
  expect(told).toEqual({ outcome: "later", because: "no answer (ECONNREFUSED)", waitMs: null });
});

test("only https is asked, but for this machine", () => {
  expect(objectionTo("https://hooks.slack.com/services/T/B/x")).toBeNull();
  expect(objectionTo("http://127.0.0.1:8080/x")).toBeNull();
  const refused = [
    "http://hooks.slack.com/x",
    "http://127.0.0.1.evil.example/",
    "file:///etc/passwd",
    "x",
    "ftp://[::1]/",
  ];
  for (const address of refused) expect(objectionTo(address)).not.toBeNull();
  expect(objectionTo("@Microsoft.KeyVault(SecretUri=https://x)")).toMatch(/no URL: is the secret in the vault/);
});
