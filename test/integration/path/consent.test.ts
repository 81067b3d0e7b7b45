import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { AuditAnswer, type IncidentDetail, InstructionList, ServerView } from "../../../shared/contracts/api.ts";
import { Chat } from "../../../shared/contracts/chat.ts";
import { type Cloud, eventually, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { BY_CUSTOMER, BY_DATE, BY_PRODUCT, BY_TOTAL, sufferingShop } from "../../support/suffering-shop.ts";

let cloud: Cloud;
const shop = sufferingShop(() => cloud);

beforeAll(async () => {
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
  process.env["PGMEDIC_VERIFY_SECONDS"] = "5";
});
afterEach(() => shop.calm());
afterAll(() => cloud.stop());

const shopView = async (): Promise<z.infer<typeof ServerView>> =>
  ServerView.parse((await cloud.call("GET", "servers/shop")).body);

async function indexesOnOrders(): Promise<string[]> {
  const client = new pg.Client({ connectionString: cloud.shop() });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      "select indexrelid::regclass::text as name from pg_index where indrelid = 'orders'::regclass and indisvalid order by 1",
    );
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

test("nobody is let in by a header that anybody can send", async () => {
  const principal = Buffer.from(
    JSON.stringify({ userId: "eve", userDetails: "Eve", userRoles: ["admin", "operator", "reader"] }),
  ).toString("base64");
  const forged = await cloud.call("GET", "servers", { as: [], headers: { "x-ms-client-principal": principal } });
  expect(forged.status).toBe(401);
  const guessed = await cloud.call("GET", "servers", {
    as: [],
    headers: { "x-ms-client-principal": principal, "x-pgmedic-front-proof": "guess" },
  });
  expect(guessed.status).toBe(401);
});

test("a reader may look and not decide, and a foreign page may not make a browser decide", async () => {
  expect((await cloud.call("GET", "incidents", { as: ["reader"] })).status).toBe(200);
  expect((await cloud.call("POST", "incidents/inc-1/decision", { as: ["reader"] })).status).toBe(403);
  expect((await cloud.call("POST", "instructions", { headers: { "x-pgmedic-request": "" } })).status).toBe(403);
  expect((await cloud.call("POST", "instructions", { headers: { "content-type": "text/plain" } })).status).toBe(403);
  expect((await cloud.call("POST", "instructions", { headers: { origin: "https://elsewhere.example" } })).status).toBe(
    403,
  );
});

test("a missing index is proposed with its proof, and skipping it changes nothing and frees the server", async () => {
  const before = await indexesOnOrders();
  const incident = await shop.hit(BY_CUSTOMER);
  expect(incident.proposal?.statement).toBe(
    "CREATE INDEX CONCURRENTLY idx_orders_customer_id ON public.orders(customer_id)",
  );
  expect(incident.diagnosis).toMatchObject({ verdict: "cause", cause: "missing_index" });
  expect(incident.diagnosis?.evidence.map(({ source }) => source)).toEqual(
    expect.arrayContaining(["pg_stat_statements", "pg_stat_user_tables", "pg_index", "planner_clone"]),
  );
  expect(incident.proposal?.whatIf?.after).toBeLessThan((incident.proposal?.whatIf?.before ?? 0) / 100);
  expect((await shopView()).lock).toMatchObject({
    incidentId: incident.incidentId,
    leaseUntil: incident.proposal?.expiresAt,
  });

  expect((await shop.decide(incident, "approve", { proposalHash: "0".repeat(64) })).status).toBe(412);
  expect((await shop.decide(incident, "skip", { reason: "not now" })).status).toBe(200);
  expect((await untilState(cloud, incident.incidentId, ["dismissed"])).resolution?.path).toBe("skipped");
  expect((await shopView()).lock).toBeNull();
  expect(await indexesOnOrders()).toEqual(before);
});

const Diagnosed = z.looseObject({
  ran: z.array(z.object({ name: z.string(), rows: z.number(), ms: z.number() })),
  evidence: z.array(z.unknown()),
});
const Run = z.object({ children: z.object({ host: z.object({ pid: z.number() }) }) });

test("an approval resumes a run whose host was killed while it waited; deciding twice is refused", async () => {
  const incident = await shop.hit(BY_CUSTOMER);
  const runFile = join(cloud.settings.PGMEDIC_STATE, "run.json");
  const { pid } = Run.parse(JSON.parse(readFileSync(runFile, "utf8"))).children.host;
  process.kill(pid, "SIGKILL");
  await eventually(async () => (await cloud.call("GET", "health").catch(() => null))?.status === 200 || null, {
    what: "the host's return",
  });

  const both = await Promise.all([shop.decide(incident, "approve"), shop.decide(incident, "approve")]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const resolved = await untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack"]);
  expect(resolved.resolution).toMatchObject({ path: "humanApproved" });
  expect(resolved.verification).toMatchObject({ verdict: "improved" });
  if (resolved.verification?.basis !== "statements") throw new Error("it was not judged by statements");
  expect(resolved.verification.after.blocksPerCall).toBeLessThan(resolved.verification.before.blocksPerCall / 10);
  expect(await indexesOnOrders()).toContain("idx_orders_customer_id");
  const { entries, verification } = AuditAnswer.parse(
    (await cloud.call("GET", `incidents/${incident.incidentId}/audit`)).body,
  );
  expect(verification.intact).toBe(true);
  // Every statement that the investigation asked stands in the chain, with the evidence that it led to.
  const diagnosed = Diagnosed.parse(entries.find(({ what }) => what === "diagnosed")?.detail);
  expect(diagnosed.ran).toHaveLength(resolved.diagnosis?.cost.statements ?? 0);
  expect(diagnosed.ran.map(({ name }) => name)).toEqual(expect.arrayContaining(["activity", "indexes", "tables"]));
  expect(diagnosed.evidence).toEqual(resolved.diagnosis?.evidence);
});

async function talk(incident: IncidentDetail, replies: readonly object[]): Promise<Chat> {
  const opened = await cloud.call("POST", "chats", {
    body: { incidentId: incident.incidentId, proposalId: incident.proposal?.proposalId },
  });
  expect(opened.status).toBe(201);
  let chat = Chat.parse(opened.body);
  for (const body of replies)
    chat = Chat.parse((await cloud.call("POST", `chats/${chat.chatId}/messages`, { body })).body);
  return chat;
}
const REPLIES = [
  { choiceId: "go-on" },
  { choiceId: "database" },
  { text: "up to 5 GB" },
  { text: "any time" },
  { text: "10 a day" },
  { text: "30 days" },
];
const instructions = async () => InstructionList.parse((await cloud.call("GET", "instructions")).body).instructions;

test("an abandoned conversation changes nothing; a finished one writes instruction and decision in one flow", async () => {
  const incident = await shop.hit(BY_PRODUCT);
  const abandoned = await talk(incident, REPLIES.slice(0, 4));
  expect(abandoned.step).toBe("quota");
  expect((await cloud.call("POST", `chats/${abandoned.chatId}/confirm`)).status).toBe(409);
  expect(await instructions()).toEqual([]);
  expect((await cloud.incident(incident.incidentId)).decision).toBeNull();

  const chat = await talk(incident, REPLIES);
  expect(chat).toMatchObject({ step: "summary", summary: expect.stringContaining("in the database shop") });
  const confirmed = Chat.parse((await cloud.call("POST", `chats/${chat.chatId}/confirm`)).body);
  expect(Chat.parse((await cloud.call("POST", `chats/${chat.chatId}/confirm`)).body)).toEqual(confirmed);
  const resolved = await untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack"]);
  expect(resolved).toMatchObject({
    decision: { verdict: "approve", instructionId: confirmed.instructionId },
    resolution: { path: "humanApproved" },
  });
  expect((await instructions()).map(({ instructionId }) => instructionId)).toEqual([confirmed.instructionId]);
});

test("with the instruction a second incident on another column is resolved with nobody", async () => {
  const incident = await shop.hit(BY_TOTAL);
  const resolved = await untilState(cloud, incident.incidentId, [
    "resolved",
    "failed",
    "rolledBack",
    "awaitingApproval",
  ]).then((first) =>
    first.state === "awaitingApproval"
      ? first
      : untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack"]),
  );
  expect(resolved).toMatchObject({
    state: "resolved",
    decision: { by: { kind: "instruction" } },
    resolution: { path: "autonomous" },
  });
});

test("a revoked instruction allows nothing any more; an index that turns out unused is dropped again", async () => {
  const [instruction] = await instructions();
  expect((await cloud.call("DELETE", `instructions/${instruction?.instructionId}`)).status).toBe(204);
  const incident = await shop.hit(BY_DATE);
  expect(incident.state).toBe("awaitingApproval");

  // From now on the application's role plans without indexes: the calls go on, and none of them uses the new index.
  await shop.planIndexes("off");
  expect((await shop.decide(incident, "approve")).status).toBe(200);
  const ended = await untilState(cloud, incident.incidentId, ["resolved", "failed", "rolledBack"]);
  expect(ended).toMatchObject({
    state: "rolledBack",
    verification: { verdict: "no_effect" },
    rollBack: { done: true },
    resolution: { path: "rolledBack" },
  });
  expect(await indexesOnOrders()).not.toContain("idx_orders_created_at");
  await shop.planIndexes("on");
});
