// An alert that stands in a channel of Slack, from the message to the end of its incident, told in the message's thread.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import type { IncidentDetail } from "../../../shared/contracts/api.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { type SlackFake, startSlack, TOKEN } from "../../support/slack-fake.ts";

const CHANNEL = "C0ALERTS";
let slack: SlackFake;
let cloud: Cloud;
let load: Load;
let incident: IncidentDetail;
let ts: string;

const poll = async (): Promise<void> => {
  const answer = await fetch(`${cloud.host}/admin/functions/pollSlack`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(202);
};
const untilThread = (replies: number) =>
  eventually(async () => (slack.thread(ts).length >= replies ? slack.thread(ts) : null), {
    what: `${replies} replies`,
  });
/** What the reply at a place says in its blocks. */
const blocksOf = (place: number): string => JSON.stringify(slack.posted[place]?.blocks ?? []);

beforeAll(async () => {
  slack = await startSlack();
  slack.open(CHANNEL);
  Object.assign(process.env, {
    PGMEDIC_VERIFY_SECONDS: "5",
    PGMEDIC_SLACK_CHANNELS: CHANNEL,
    PGMEDIC_SLACK_TOKEN: TOKEN,
    PGMEDIC_SLACK_ENDPOINT: slack.endpoint,
  });
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  const work = {
    text: "select id, total from orders where customer_id = $1",
    parameter: () => 1 + Math.floor(Math.random() * 100_000),
  };
  load = startLoad(cloud.shop("shop_app"), work, { clients: 3, paceMs: 50 });
  await poll();
  await eventually(async () => (slack.asked("conversations.history").length > 0 ? true : null), { what: "a poll" });
  await sleep(3_500);
  ts = slack.say(CHANNEL, "", {
    attachments: [
      {
        fallback: "[FIRING:1] HighCPU (shop postgres warning)",
        title: "[FIRING:1] HighCPU (shop postgres warning)",
        text: `*instance:* \`127.0.0.1:${cloud.settings.PGMEDIC_POSTGRES_PORT}\``,
      },
    ],
  });
  await poll();
  const { incidentId } = await eventually(async () => (await cloud.incidents())[0] ?? null, { what: "an incident" });
  incident = await untilState(cloud, incidentId, ["awaitingApproval", "handedOff", "failed"]);
}, 180_000);
afterAll(async () => {
  await load?.stop();
  await cloud?.stop();
  await slack?.stop();
});

test("a message in the channel becomes an incident, and its thread gets the link and then the proposal with cause and confidence", async () => {
  expect(incident).toMatchObject({ state: "awaitingApproval", alerts: [{ rule: "HighCPU" }] });
  const told = await untilThread(2);
  expect(told[0]).toMatch(/^Sev\d: PgMedic looks at this alert/);
  expect(blocksOf(0)).toContain(`/incidents/${incident.incidentId}|`);
  expect(told[1]).toMatch(/^Sev\d: A proposal waits for a decision/);
  expect(blocksOf(1)).toContain("CREATE INDEX");
  expect(blocksOf(1)).toContain(incident.diagnosis?.summary.slice(0, 40));
  expect(blocksOf(1)).toMatch(/\*Confidence\*\\n\d+(\.\d)? %/);
});

test("the end is told in the same thread with its figures, and nothing was said anywhere else", async () => {
  const { proposal } = incident;
  const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" };
  expect((await cloud.call("POST", `incidents/${incident.incidentId}/decision`, { body })).status).toBe(200);
  const ended = await untilState(cloud, incident.incidentId, ["resolved", "rolledBack", "handedOff", "failed"]);
  expect(ended.state).toBe("resolved");
  expect((await untilThread(3))[2]).toMatch(/^Sev\d: Resolved with a person's consent/);
  expect(blocksOf(2)).toContain("Before → after");
  await poll();
  expect(slack.posted.map(({ channel, thread_ts: at }) => [channel, at])).toEqual(Array(3).fill([CHANNEL, ts]));
  expect(await cloud.incidents()).toHaveLength(1);
}, 150_000);
