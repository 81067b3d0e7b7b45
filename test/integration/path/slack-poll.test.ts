// Channels of Slack are read for alerts: once each, whatever comes in between, and answered in the alert's thread.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Platform, startPlatform } from "../../chaos/support/platform.ts";
import { slackChannelsOf } from "../../../shared/adapters/slack-channels.ts";
import { tellingsOf } from "../../../shared/adapters/tellings.ts";
import type { Incident } from "../../../shared/contracts/incident.ts";
import { derivedId } from "../../../shared/core/digest.ts";
import { tellingIdOf } from "../../../shared/core/notifications.ts";
import { alertIdOf } from "../../../shared/core/thread-replies.ts";
import { eventually } from "../../support/cloud.ts";
import { type SlackFake, startSlack, TOKEN } from "../../support/slack-fake.ts";

const CHANNEL = "C0ALERTS";
const OTHER = "C0OTHER";
let slack: SlackFake;
let platform: Platform;
beforeAll(async () => {
  slack = await startSlack();
  slack.open(CHANNEL);
  slack.say(CHANNEL, "ALERT: CPU above 90% on shop-db");
  platform = await startPlatform({
    PGMEDIC_SLACK_CHANNELS: `${CHANNEL},${OTHER}`,
    PGMEDIC_SLACK_TOKEN: TOKEN,
    PGMEDIC_SLACK_ENDPOINT: slack.endpoint,
  });
  for (const serverId of ["shop-db", "stock-db"]) {
    const body = {
      displayName: serverId,
      resourceId: `/subscriptions/0/${serverId}`,
      environment: "staging",
      enabled: true,
      connection: { kind: "url", urlSetting: "NOT_THERE" },
    };
    expect((await platform.call("PUT", `api/servers/${serverId}`, body)).status).toBe(201);
  }
  await poll();
}, 90_000);
afterAll(async () => {
  await platform?.stop();
  await slack?.stop();
});
beforeEach(() => slack.instead(() => undefined));

/** Has the timer's function run now, and waits until it has read the channel to its end. */
async function poll(): Promise<void> {
  const before = slack.asked("conversations.history").length;
  expect((await platform.call("POST", "admin/functions/pollSlack")).status).toBe(202);
  await eventually(async () => (slack.asked("conversations.history").length >= before ? progress() : null), {
    what: "a poll",
  });
}
const progress = () => slackChannelsOf(platform.documents.documents).progress(CHANNEL);
/** A poll that comes while another is under way joins it, which may have read the channel before: so it is asked again. */
const untilRead = (ts: string) =>
  eventually(
    async () => {
      if (((await progress())?.newest ?? "") >= ts) return true;
      await poll();
      return null;
    },
    { everyMs: 500, what: `${ts} to be read` },
  );
const incidents = async (): Promise<Incident[]> => platform.documents.incidents.list();
const withAlertOf = async (ts: string): Promise<Incident[]> =>
  (await incidents()).filter(({ alerts }) =>
    alerts.some(({ alertId }) => alertId === alertIdOf({ channel: CHANNEL, ts })),
  );
const untilThread = (ts: string, replies: number) =>
  eventually(async () => (slack.thread(ts).length >= replies ? slack.thread(ts) : null), {
    withinMs: 60_000,
    what: `${replies} replies`,
  });
async function take(text: string, wish: object = {}): Promise<string> {
  const ts = slack.say(CHANNEL, text, wish);
  await poll();
  await untilRead(ts);
  return ts;
}

/** Ends an incident as its run would, which cannot reach the server and goes on trying. */
async function end({ incidentId, serverId, runId }: Incident): Promise<void> {
  const { incidents: documents, messages } = platform.documents;
  const resolution = {
    path: "handedOff",
    because: "Nobody reaches the server.",
    at: new Date().toISOString(),
  } as const;
  await documents.change(incidentId, (current) => ({ ...current, state: "handedOff", resolution }));
  await messages.send("run-events", `${incidentId}-completed`, {
    schemaVersion: 1,
    type: "completion",
    incidentId,
    serverId,
    runId,
    outcome: "handedOff",
    figures: null,
    fencingToken: null,
    lockReleased: true,
  });
}

test("a channel begins with the moment when it is first seen, and what was said before is left alone", async () => {
  await poll();
  expect(await incidents()).toEqual([]);
  expect(slack.posted).toEqual([]);
});

test("an alert opens one incident, however often it is read, and its thread is told of it and of the end once each", async () => {
  const ts = await take("[FIRING:1] Deadlocks (shop-db critical)");
  const [incident, ...others] = await withAlertOf(ts);
  expect(others).toEqual([]);
  expect(incident).toMatchObject({ serverId: "shop-db", severity: "Sev0", title: "Deadlocks on shop-db" });
  await poll();
  await untilThread(ts, 1);
  if (incident !== undefined) await end(incident);
  const told = await untilThread(ts, 2);
  expect(told[0]).toBe("Sev0: PgMedic looks at this alert (shop-db)");
  expect(told[1]).toBe("Sev0: Handed off: a person is needed (shop-db)");
  await platform.restart("host");
  await poll();
  await untilRead(await take("nothing to see here"));
  expect(slack.thread(ts)).toEqual(told);
  expect((await incidents()).filter(({ title }) => title === "Deadlocks on shop-db")).toHaveLength(1);
}, 120_000);

test("an alert that is resolved is noted with its incident, and is answered no more", async () => {
  const ts = await take("ALERT: storage of 95% on shop-db");
  const end = await take("RESOLVED: storage of 95% on shop-db");
  const incident = await eventually(async () => {
    const [found] = await withAlertOf(ts);
    return found?.alertResolvedAt ? found : null;
  });
  expect(incident.timeline.map(({ text }) => text)).toContain("Slack reports the alert as resolved.");
  expect(slack.thread(end)).toEqual([]);
  expect(await withAlertOf(end)).toEqual([]);
});

test("an end is the end of its own server's alert, though another one has the same rule", async () => {
  const here = await take("[Triggered on {host:shop-db}] bloat is high");
  const there = await take("[Triggered on {host:stock-db}] bloat is high");
  await take("[Recovered on {host:shop-db}] bloat is high");
  await eventually(async () => (await withAlertOf(here))[0]?.alertResolvedAt ?? null, { what: "the end" });
  expect((await withAlertOf(there)).map(({ alertResolvedAt }) => alertResolvedAt)).toEqual([null]);
});

test("an alert that is folded into an incident is told which one it belongs to", async () => {
  const serverId = "stock-db";
  // A run that lasts: nothing of it is there to end it.
  const first = slack.say(CHANNEL, "ALERT: CPU above 90% on stock-db");
  const second = slack.say(CHANNEL, "ALERT: too many connections on stock-db");
  await poll();
  await untilRead(second);
  const [incident] = await withAlertOf(second);
  expect(incident).toMatchObject({ serverId });
  expect(incident?.alerts).toHaveLength(2);
  expect((await untilThread(first, 1))[0]).toMatch(/PgMedic looks at this alert/);
  expect((await untilThread(second, 1))[0]).toMatch(/This alert belongs to an incident that is open/);
  const [reply] = slack.posted.filter(({ thread_ts: at }) => at === second);
  expect(JSON.stringify(reply?.blocks)).toContain(`It was added to incident ${incident?.incidentId}`);
});

test.each([
  ["no server", "ALERT: CPU above 90%", "nothing in the message names a registered server"],
  [
    "two servers",
    "ALERT: lag of stock-db behind shop-db",
    "the alert's words name more than one server: shop-db, stock-db",
  ],
])("an alert that names %s opens nothing and is answered once, with how to name it", async (_case, text, because) => {
  const ts = await take(text);
  const [told] = await untilThread(ts, 1);
  expect(told).toMatch(/PgMedic does not know which server this alert is about/);
  const reply = slack.posted.find(({ thread_ts: at }) => at === ts);
  expect(JSON.stringify(reply?.blocks).replaceAll("'", "’")).toContain(because.replaceAll("'", "’"));
  await platform.restart("host");
  await poll();
  await untilRead(await take("all is well"));
  expect(slack.thread(ts)).toHaveLength(1);
  expect(await withAlertOf(ts)).toEqual([]);
});

test("chatter, and what PgMedic says itself, is neither taken nor answered", async () => {
  const before = await incidents();
  const chatter = [
    await take("Deployment of shop-web finished on shop-db"),
    await take("[FIRING:1] Quoted (shop-db)", { bot_id: undefined, subtype: undefined, user: "U0ANN" }),
    await take("ALERT: CPU above 90% on shop-db", { bot_id: "B0PGMEDIC" }),
  ];
  for (const ts of chatter) expect(slack.thread(ts)).toEqual([]);
  expect((await incidents()).map(({ incidentId }) => incidentId)).toEqual(before.map(({ incidentId }) => incidentId));
});

test("more messages than a page holds are all read, the oldest first", async () => {
  const storm = Array.from({ length: 10 }, (_, number) =>
    slack.say(CHANNEL, `ALERT: backup ${number}b failed on shop-db`),
  );
  await poll();
  await untilRead(storm.at(-1) ?? "");
  for (const ts of storm) expect(await withAlertOf(ts)).toHaveLength(1);
}, 60_000);

test("while Slack asks for patience it is not asked, and nothing is lost by it", async () => {
  slack.instead((method) =>
    method === "conversations.history" ? { status: 429, headers: { "retry-after": "30" } } : undefined,
  );
  const ts = slack.say(CHANNEL, "ALERT: vacuum is late on shop-db");
  expect((await platform.call("POST", "admin/functions/pollSlack")).status).toBe(202);
  const { notBefore } = await eventually(async () => {
    const now = await progress();
    return now !== null && now.notBefore !== null ? { notBefore: now.notBefore } : null;
  });
  expect(Date.parse(notBefore) - Date.now()).toBeGreaterThan(20_000);
  slack.instead(() => undefined);
  const before = slack.asked("conversations.history").filter(({ body }) => body.includes(CHANNEL)).length;
  expect((await platform.call("POST", "admin/functions/pollSlack")).status).toBe(202);
  await eventually(async () =>
    platform.log().includes(`${OTHER} was not read: Slack says channel_not_found`) ? true : null,
  );
  expect(slack.asked("conversations.history").filter(({ body }) => body.includes(CHANNEL))).toHaveLength(before);
  await slackChannelsOf(platform.documents.documents).changeProgress(CHANNEL, (current) => {
    if (current === null) throw new Error("the channel was read");
    return { ...current, notBefore: null };
  });
  await poll();
  await untilRead(ts);
  expect(await withAlertOf(ts)).toHaveLength(1);
});

test.each([
  ["once it opened the incident", "replication slot grows", false],
  ["while it answers", "wraparound is near", true],
])(
  "a worker that is killed %s leaves the rest to the next one",
  async (_case, what, isAnswering) => {
    let isHeld = true;
    slack.instead((method) => (method === "chat.postMessage" && isHeld ? new Promise(() => {}) : undefined));
    const ts = slack.say(CHANNEL, `ALERT: ${what} on shop-db`);
    expect((await platform.call("POST", "admin/functions/pollSlack")).status).toBe(202);
    const opened = async () => ((await withAlertOf(ts)).length === 1 ? true : null);
    const asked = async () => (slack.asked("chat.postMessage").some(({ body }) => body.includes(ts)) ? true : null);
    await eventually(isAnswering ? asked : opened, { everyMs: 1, what: "the moment to kill" });
    await platform.kill("host");
    isHeld = false;
    expect(((await progress())?.newest ?? "") < ts).toBe(true);
    await platform.start("host");
    await poll();
    await untilRead(ts);
    const [incident, ...others] = await withAlertOf(ts);
    expect(others).toEqual([]);
    // The claim of the one that was killed holds for a minute, which passes now.
    const seen = derivedId("note", incident?.incidentId ?? "", "seen", CHANNEL, ts);
    const tellingId = tellingIdOf(seen, "slackThread", { channel: CHANNEL, ts });
    await tellingsOf(platform.documents.documents).change(tellingId, (current) => ({
      ...current,
      nextTryAt: "2026-01-01T00:00:00.000Z",
    }));
    expect((await platform.call("POST", "admin/functions/sweep")).status).toBe(202);
    expect(await untilThread(ts, 1)).toEqual(["Sev3: PgMedic looks at this alert (shop-db)"]);
  },
  120_000,
);

test("a token that Slack does not know is said in the log, and nothing is read", async () => {
  slack.instead(() => ({ status: 200, body: { ok: false, error: "invalid_auth" } }));
  await platform.restart("host");
  expect((await platform.call("POST", "admin/functions/pollSlack")).status).toBe(202);
  await eventually(async () =>
    platform.log().includes(`${CHANNEL} was not read: Slack says invalid_auth`) ? true : null,
  );
  expect(platform.log()).not.toContain(TOKEN);
});
