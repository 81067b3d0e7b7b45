// A model looks at the same evidence: real PostgreSQL, real runs, and a model whose answers are scripted.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { ReasoningTrace } from "../../../shared/contracts/reasoning-trace.ts";
import { AuditAnswer, type IncidentDetail } from "../../../shared/contracts/api.ts";
import { DAY_MS, later } from "../../../shared/core/time.ts";
import { type Cloud, SMALL_SHOP, startCloud, untilState } from "../../support/cloud.ts";
import { type Fake, type Reply, startFake } from "../../support/http-fake.ts";
import { BY_CUSTOMER, sufferingShop } from "../../support/suffering-shop.ts";

let cloud: Cloud;
let model: Fake;
let reply: Reply;
const shop = sufferingShop(() => cloud);
beforeAll(async () => {
  model = await startFake(() => reply);
  Object.assign(process.env, { PGMEDIC_MODEL_ENDPOINT: `${model.url}/v1`, PGMEDIC_MODEL: "scripted" });
  cloud = await startCloud({ PGMEDIC_MONITOR_MINUTE_MS: "3600000", ...SMALL_SHOP });
});
afterEach(() => shop.calm());
afterAll(async () => {
  await cloud.stop();
  await model.stop();
});

const says = (opinion: unknown): Reply => ({
  status: 200,
  body: { choices: [{ message: { content: typeof opinion === "string" ? opinion : JSON.stringify(opinion) } }] },
});
/** An incident about the same column, which is left as it was. */
async function hitAndSkip(): Promise<IncidentDetail> {
  const incident = await shop.hit(BY_CUSTOMER);
  await shop.calm();
  if (incident.state !== "awaitingApproval") return incident;
  expect((await shop.decide(incident, "skip")).status).toBe(200);
  return untilState(cloud, incident.incidentId, ["dismissed"]);
}
const Question = z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })) });
const lastQuestion = (): string => {
  const { messages } = Question.parse(JSON.parse(model.asked.at(-1)?.body ?? ""));
  return messages.map(({ content }) => content).join("\n");
};

test("a model that agrees raises the confidence; it saw figures, and neither a conclusion nor a value of a column", async () => {
  reply = says({ cause: "missing_index", confidence: 0.9, because: "The table is read from end to end for few rows." });
  const { diagnosis, incidentId } = await hitAndSkip();
  expect(diagnosis).toMatchObject({
    verdict: "cause",
    cause: "missing_index",
    secondOpinion: { outcome: "given", model: "scripted", agrees: true, cause: "missing_index", confidence: 0.9 },
  });
  expect(diagnosis?.confidence.validator).toBeCloseTo(0.95);
  const question = lastQuestion();
  expect(question).toContain("does not serve customer_id");
  expect(question).not.toContain(diagnosis?.summary ?? "");
  expect(question).toContain("missing_index, ");
  const { body } = await cloud.call("GET", `incidents/${incidentId}/audit`);
  const { entries, verification } = AuditAnswer.parse(body);
  expect(verification.intact).toBe(true);
  expect(entries.find(({ what }) => what === "diagnosed")?.detail["secondOpinion"]).toMatchObject({ agrees: true });
});

test("the trace holds what the model was asked and answered, beside what was asked of the server and weighed", async () => {
  const [{ incidentId } = { incidentId: "" }] = await cloud.incidents();
  const { body } = await cloud.call("GET", `incidents/${incidentId}/trace`, { as: ["reader"] });
  const { steps, verification } = ReasoningTrace.parse(body);
  expect(verification.intact).toBe(true);
  const parts = steps.find(({ what }) => what === "diagnosed")?.parts ?? [];
  const linesOf = (wanted: string) => parts.find(({ title }) => title === wanted)?.lines ?? [];
  expect(linesOf("Asked of the model").join()).toContain("<evidence>");
  expect(linesOf("Answered by the model").join()).toContain("missing_index");
  expect(linesOf("Asked of the server").length).toBeGreaterThan(10);
  expect(linesOf("Proven").join()).toContain("missing_index");
  expect(linesOf("Put aside").length).toBeGreaterThan(0);
  const proposed = steps.find(({ what }) => what === "proposed");
  expect(proposed?.parts.find(({ title }) => title === "What the guardrails saw")?.lines).toContain("killSwitch: off");
});

test("where a model differs, a person is asked although an instruction would allow it", async () => {
  const instruction = {
    kind: "create_index",
    scope: { serverId: "shop", database: "shop", schema: null, table: null },
    maxTableBytes: 2 ** 40,
    window: { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "00:00" },
    maxPerDay: 3,
    expiresAt: later(new Date(), DAY_MS).toISOString(),
  };
  expect((await cloud.call("POST", "instructions", { body: instruction })).status).toBe(201);
  reply = says({ cause: "none", confidence: 0.8, because: "The figures would fit a report that somebody runs." });
  const incident = await shop.hit(BY_CUSTOMER);
  expect(incident).toMatchObject({
    state: "awaitingApproval",
    decision: null,
    diagnosis: { verdict: "cause", cause: "missing_index", secondOpinion: { agrees: false, cause: "none" } },
  });
  expect(incident.diagnosis?.confidence.validator).toBeCloseTo(0.1);
  await shop.calm();
  expect((await shop.decide(incident, "skip")).status).toBe(200);
});

test("nothing waits for a model that is away: the instruction acts", async () => {
  reply = { status: 503 };
  const { incidentId } = await shop.hit(BY_CUSTOMER);
  expect(await untilState(cloud, incidentId, ["resolved", "handedOff", "failed"])).toMatchObject({
    state: "resolved",
    resolution: { path: "autonomous" },
    diagnosis: {
      secondOpinion: { outcome: "unavailable", why: "the model answered 503" },
      confidence: { validator: null },
    },
  });
});
