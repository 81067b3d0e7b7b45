import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AlertAnswer, AuditAnswer, IncidentDetail } from "../../../shared/contracts/api.ts";
import { ActionsAnswer, Insight } from "../../../shared/contracts/diagnostic-run.ts";
import { LogTriage } from "../../../shared/contracts/log-triage.ts";
import { PlaybookView } from "../../../shared/contracts/playbook-edit.ts";
import { ServerReport } from "../../../shared/contracts/server-report.ts";
import { anAlert } from "../../support/alerts.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";

let cloud: Cloud;
let incidentId: string;

beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  const answer = await cloud.postAlert(anAlert({ alertId: "gateway-1", target: cloud.resourceId }));
  incidentId = AlertAnswer.parse(answer.body).incidentId ?? "";
  await untilState(cloud, incidentId, ["dismissed", "handedOff", "awaitingApproval"]);
});
afterAll(() => cloud.stop());

const run = (actionId: string, parameters: object = {}) =>
  cloud.call("POST", `incidents/${incidentId}/actions/${actionId}`, { body: { parameters } });
const actions = async () => ActionsAnswer.parse((await cloud.call("GET", `incidents/${incidentId}/actions`)).body);

test("a diagnosed incident says what may be looked at next, and every suggestion is one that the gateway runs", async () => {
  const { nextActions, known } = await actions();
  expect(nextActions.length).toBeGreaterThan(2);
  const names = new Set([...known.map(({ actionId }) => actionId), "prompt_user"]);
  for (const { actionId } of nextActions) expect(names).toContain(actionId);
});

test("a diagnostic is run by its name alone, and what it found is appended to the incident and its audit", async () => {
  const answer = await run("table-health");
  expect(answer.status).toBe(200);
  const insight = Insight.parse(answer.body);
  expect(insight.rows.map((row) => row["table"])).toContain("orders");
  expect((await actions()).insights.map(({ insightId }) => insightId)).toContain(insight.insightId);
  const audit = AuditAnswer.parse((await cloud.call("GET", `incidents/${incidentId}/audit`)).body);
  expect(audit.entries.some(({ what, detail }) => what === "diagnostic" && detail["actionId"] === "table-health")).toBe(
    true,
  );
  expect(audit.verification.intact).toBe(true);
});

test("the server's log is read and triaged, without the values that its messages quote", async () => {
  const client = new pg.Client({ connectionString: cloud.shop() });
  await client.connect();
  for (let time = 1; time <= 3; time += 1)
    await client.query("insert into orders (id) values (1), (1) -- a secret value: 4711").catch(() => {});
  await client.end();
  const found = async () => Insight.parse((await run("server-log", { minutes: 5 })).body);
  const hasError = ({ rows }: Insight): boolean => rows.some(({ count }) => Number(count) >= 3);
  const insight = await eventually(async () => [await found()].find(hasError) ?? null, {
    withinMs: 20_000,
    what: "the failing inserts in the log",
  });
  expect(insight.outcome).toBe("answered");
  expect(JSON.stringify(insight.rows)).not.toContain("4711");
  expect((await run("server-log", { minutes: 100_000 })).status).toBe(422);
});

test("parameters are bound as values: SQL in them finds nothing and changes nothing", async () => {
  const answer = await run("table-upkeep", { schema: "public", table: "orders'; drop table orders; --" });
  expect(Insight.parse(answer.body)).toMatchObject({ outcome: "answered", rowCount: 0 });
  const client = new pg.Client({ connectionString: cloud.shop() });
  await client.connect();
  expect((await client.query("select to_regclass('public.orders') is not null as there")).rows).toEqual([
    { there: true },
  ]);
  await client.end();
});

test("an incident that is over has a post-mortem, and one that waits has none", async () => {
  const path = `incidents/${incidentId}`;
  const detail = IncidentDetail.parse((await cloud.call("GET", path)).body);
  const response = await fetch(`${cloud.host}/api/${path}/postmortem`, { headers: cloud.headersOf(["reader"]) });
  if (detail.resolution === null) {
    expect(response.status).toBe(409);
    await cloud.call("POST", `${path}/decision`, {
      body: { proposalId: detail.proposal?.proposalId, proposalHash: detail.proposal?.hash, verdict: "skip" },
    });
    await untilState(cloud, incidentId, ["dismissed"]);
  }
  const after = await fetch(`${cloud.host}/api/${path}/postmortem`, { headers: cloud.headersOf(["reader"]) });
  expect(after.headers.get("content-type")).toContain("text/markdown");
  const text = await after.text();
  expect(text).toMatch(/^# /);
  expect(text).toMatch(/The audit chain has \d+ entries, unbroken/);
});

test("a report says what would have been proposed from what the server has counted, and changes nothing", async () => {
  const client = new pg.Client({ connectionString: cloud.shop() });
  await client.connect();
  // Often enough to be worth an index to a table that has just been loaded, however quick the machine is.
  for (let id = 1; id <= 400; id += 1) await client.query("select * from orders where customer_id = $1", [id]);
  await client.end();
  const answer = await cloud.call("POST", "servers/shop/report");
  expect(answer.status).toBe(200);
  const report = ServerReport.parse(answer.body);
  if (report.outcome !== "made") throw new Error(report.because);
  expect(
    report.proposed.flatMap(({ statements }) => statements),
    JSON.stringify(report.refused),
  ).toContain("CREATE INDEX CONCURRENTLY idx_orders_customer_id ON public.orders(customer_id)");
  expect(report.share).toBeGreaterThan(0);
  expect((await cloud.call("POST", "servers/shop/report", { as: ["reader"] })).status).toBe(403);
  expect((await cloud.call("POST", "servers/nowhere/report")).status).toBe(404);
});

test("unknown names and wrong parameters are refused with what there is", async () => {
  expect(await run("drop-everything")).toMatchObject({ status: 404 });
  expect((await run("setting-value", { name: "work_mem; select 1" })).status).toBe(422);
  expect((await run("table-upkeep", {})).status).toBe(422);
  expect((await run("activity", { sql: "select 1" })).status).toBe(422);
  expect((await run("setting-value", { name: { nested: "x" } })).status).toBe(400);
});

test("what reads the tables themselves waits for a clear server", async () => {
  const clients = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const client = new pg.Client({ connectionString: cloud.shop("shop_app") });
      await client.connect();
      return client;
    }),
  );
  const busy = clients.map((client) => client.query("select pg_sleep(4)"));
  const parameters = { table: "orders", first: "customer_id", second: "product_id" };
  const refused = await run("column-sample", parameters);
  expect(refused.status).toBe(409);
  await Promise.all(busy);
  await Promise.all(clients.map((client) => client.end()));
  const answered = Insight.parse((await run("column-sample", parameters)).body);
  expect(answered).toMatchObject({ outcome: "answered", rowCount: 1 });
});

test("a question to a person stands in the incident's timeline", async () => {
  const answer = await run("prompt_user", { question: "Was something deployed at noon?" });
  expect(answer.status).toBe(200);
  expect(JSON.stringify(answer.body)).toContain("Was something deployed at noon?");
  expect((await run("prompt_user", {})).status).toBe(400);
});

test("playbooks are listed, and a text that is none is told field by field", async () => {
  const list = (await cloud.call("GET", "playbooks")).body as { playbooks: unknown[] };
  expect(list.playbooks.map((one) => PlaybookView.parse(one).name)).toContain("investigateHighCPU");
  const bad = await cloud.call("POST", "playbooks/validate", { body: { text: "name: x\ncauses: [gremlins]\n" } });
  expect(bad.status).toBe(422);
  expect(JSON.stringify(bad.body)).toMatch(/causes\.0/);
});

test("log lines are triaged over the API, and what they suggest is what the gateway runs", async () => {
  const text = [
    "2026-11-20 10:00:00.000 UTC [12] LOG:  process 12 still waiting for ShareLock on transaction 7 after 1000.1 ms",
    "2026-11-20 10:00:01.000 UTC [13] FATAL:  sorry, too many clients already",
  ].join("\n");
  const answer = await cloud.call("POST", "logs/triage", { body: { text: `${text}\n`, prefix: "%m [%p] " } });
  const { findings } = LogTriage.parse(answer.body);
  expect(findings.map(({ kind }) => kind).toSorted()).toEqual(["lock_wait", "too_many_connections"]);
  const names = new Set([...(await actions()).known.map(({ actionId }) => actionId), "prompt_user"]);
  for (const { next_actions: next } of findings) for (const { actionId } of next) expect(names).toContain(actionId);
  expect((await cloud.call("POST", "logs/triage", { body: { text: "x", prefix: "%m" } })).status).toBe(200);
});
