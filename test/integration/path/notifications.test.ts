// People are told of a run: through real documents, messages and orchestrations, by services that are in this process.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type Load, startLoad } from "../../../infra/local/demo/load.ts";
import { AlertAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { type Fake, startFake } from "../../support/http-fake.ts";

let people: Fake;
let cloud: Cloud;
let load: Load;
let incident: IncidentDetail;
beforeAll(async () => {
  // As each of them answers; the one of Slack was taken down.
  people = await startFake(({ path }) =>
    path === "/slack" ? { status: 404, body: "no_service" } : { status: path === "/hook" ? 200 : 202 },
  );
  Object.assign(process.env, {
    PGMEDIC_VERIFY_SECONDS: "5",
    PGMEDIC_NOTIFY_SLACK_URL: `${people.url}/slack`,
    PGMEDIC_NOTIFY_TEAMS_URL: `${people.url}/teams`,
    PGMEDIC_NOTIFY_PAGERDUTY_KEY: "integration-key",
    PGMEDIC_NOTIFY_PAGERDUTY_ENDPOINT: `${people.url}/pager`,
    PGMEDIC_NOTIFY_WEBHOOK_URL: `${people.url}/hook`,
    PGMEDIC_NOTIFY_WEBHOOK_SECRET: "s3cret",
    PGMEDIC_NOTIFY_LOWEST: "Sev4",
    PGMEDIC_NOTIFY_PAGE_LOWEST: "Sev4",
  });
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  const work = {
    text: "select id, total from orders where customer_id = $1",
    parameter: () => 1 + Math.floor(Math.random() * 100_000),
  };
  load = startLoad(cloud.shop("shop_app"), work, { clients: 3, paceMs: 50 });
  await sleep(3_500);
  const answer = await cloud.postAlert(anAlert({ alertId: "told", target: cloud.resourceId }));
  const { incidentId } = AlertAnswer.parse(answer.body);
  incident = await untilState(cloud, incidentId ?? "none", ["awaitingApproval", "handedOff", "failed"]);
}, 180_000);
afterAll(async () => {
  await load?.stop();
  await cloud?.stop();
  await people?.stop();
});

const Event = z.looseObject({ event_action: z.string(), dedup_key: z.string() });
const pages = () => at("/pager").map((body) => Event.parse(JSON.parse(body)));
const Hook = z.looseObject({ occasion: z.string(), statement: z.string().nullable(), link: z.string().nullable() });
const hooks = () => at("/hook").map((body) => Hook.parse(JSON.parse(body)));
const at = (path: string): string[] => people.asked.filter((asked) => asked.path === path).map(({ body }) => body);
const untilAsked = (path: string, times: number) =>
  eventually(async () => (at(path).length >= times ? true : null), { what: `${times} calls of ${path}` });

test("a run that waits for a person tells each channel once, with the action and where to decide", async () => {
  expect(incident.state).toBe("awaitingApproval");
  for (const path of ["/slack", "/teams", "/pager", "/hook"]) await untilAsked(path, 1);
  expect(hooks()).toMatchObject([{ occasion: "waits", statement: incident.proposal?.statement }]);
  expect(hooks()[0]?.link).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:\\d+/incidents/${incident.incidentId}$`));
  expect(pages()).toMatchObject([{ event_action: "trigger", dedup_key: incident.incidentId }]);
  expect(at("/teams")[0]).toContain('"version":"1.4"');
});

test("the end of the run is told, and ends the page, though one channel refuses everything", async () => {
  const { proposal } = incident;
  const body = { proposalId: proposal?.proposalId, proposalHash: proposal?.hash, verdict: "approve" };
  expect((await cloud.call("POST", `incidents/${incident.incidentId}/decision`, { body })).status).toBe(200);
  const ended = await untilState(cloud, incident.incidentId, ["resolved", "rolledBack", "handedOff", "failed"]);
  expect(ended.state).toBe("resolved");
  for (const path of ["/slack", "/teams", "/pager", "/hook"]) await untilAsked(path, 2);
  expect(hooks().map(({ occasion }) => occasion)).toEqual(["waits", "resolvedByConsent"]);
  expect(pages().map(({ event_action }) => event_action)).toEqual(["trigger", "resolve"]);
}, 150_000);
